//! What is committed is what the generator writes.

#[test]
fn generated_files_are_up_to_date() {
    if let Err(why) = tacos_generator::check() {
        panic!("{why}");
    }
}
