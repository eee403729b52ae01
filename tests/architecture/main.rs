//! What the sources themselves must keep: the laws of the architecture, the list of duties, the book, the corpus of the fuzz targets.

mod book;
mod fuzz_corpus;
mod laws;
mod spec_rows;
