//! What a message is made of, to compare catalogues: its name, and the names of the values in it.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// Of a message that says something.
pub(super) fn of_entry(entry: &Entry<&str>) -> Option<(String, Vec<String>)> {
    let Entry::Message(message) = entry else { return None };
    let mut values = Vec::new();
    pattern(message.value.as_ref()?, &mut values);
    values.sort_unstable();
    values.dedup();
    Some((message.id.name.to_owned(), values))
}

fn pattern(pattern: &Pattern<&str>, values: &mut Vec<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, values);
        }
    }
}

fn of_expression(expression: &Expression<&str>, values: &mut Vec<String>) {
    match expression {
        Expression::Inline(inline) => of_inline(inline, values),
        Expression::Select { selector, variants } => {
            of_inline(selector, values);
            variants.iter().for_each(|variant| pattern(&variant.value, values));
        }
    }
}

fn of_inline(inline: &InlineExpression<&str>, values: &mut Vec<String>) {
    match inline {
        InlineExpression::VariableReference { id } => values.push(id.name.to_owned()),
        InlineExpression::Placeable { expression } => of_expression(expression, values),
        _ => {}
    }
}
