package shop;

import java.io.IOException;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.TypeAdapter;
import com.google.gson.annotations.JsonAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;

/**
 * What was agreed to, as JSON. The generator reads a union by trying its types and knows no {@code not}: everything
 * would be of its kind and of a registered one.
 */
@JsonAdapter(Agreed.Adapter.class)
public record Agreed(JsonElement json) {
    /** Called by what is generated. */
    public static void validateJsonElement(JsonElement json) {
        if (!json.isJsonObject() && !json.isJsonPrimitive()) {
            throw new IllegalArgumentException("neither an object nor a text");
        }
    }

    static class Adapter extends TypeAdapter<Agreed> {
        private static final TypeAdapter<JsonElement> JSON = new Gson().getAdapter(JsonElement.class);

        @Override
        public void write(JsonWriter out, Agreed agreed) throws IOException {
            JSON.write(out, agreed.json());
        }

        @Override
        public Agreed read(JsonReader in) throws IOException {
            return new Agreed(JSON.read(in));
        }
    }
}
