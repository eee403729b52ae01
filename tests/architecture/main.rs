//! What the sources themselves must keep: the laws of the architecture, the list of duties, the book, what is deployed beside the program, the corpus of the fuzz targets.

mod book;
mod deploy;
mod fuzz_corpus;
mod laws;
mod reasons;
mod spec_rows;
mod troubleshooting;
