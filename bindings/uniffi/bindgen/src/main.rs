//! Writes the Kotlin or Python side of the border from the built library. Knows nothing of the engine.

fn main() {
    uniffi::uniffi_bindgen_main();
}
