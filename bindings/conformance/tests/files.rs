//! Every scenario is what the schema asks for, and every operation and refusal has one.

use std::path::Path;

use serde_json::Value;
use tacos_conformance::{
    Outcome, RustEngine, Scenario, Way, load, operations, run, scenarios_folder, selftest_folder,
};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_scenario_is_as_the_schema_says() {
    let schema = operations::schema();
    for path in json_files(&scenarios_folder()) {
        let value: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("readable")).expect("JSON");
        if let Err(why) = valid(&value, &schema, &schema) {
            panic!("{}: {why}", path.display());
        }
    }
}

#[test]
fn the_schema_refuses_what_it_must() {
    let schema = operations::schema();
    let refused = json_files(&selftest_folder())
        .filter(|path| {
            let value: Value =
                serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
            valid(&value, &schema, &schema).is_err()
        })
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    // What cannot be seen without knowing the engine's answers is not the schema's to refuse.
    let expected = [
        "a_field_that_no_answer_has",
        "a_refusal_that_does_not_exist",
        "a_setting_that_does_not_exist",
        "a_state_that_does_not_exist",
        "an_argument_of_another_kind",
        "an_argument_that_does_not_exist",
        "an_argument_that_is_missing",
        "an_operation_that_does_not_exist",
        "two_works_in_one_step",
    ];
    assert_eq!(refused.collect::<Vec<_>>(), expected);
}

#[test]
fn the_example_of_the_readme_passes() {
    let readme = file("README.md");
    let example =
        readme.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let value: Value = serde_json::from_str(example).expect("JSON");
    let schema = operations::schema();
    valid(&value, &schema, &schema).expect("as the schema says");
    let scenario = Scenario::parse(&value).expect("a scenario");
    let outcome = run(&scenario, &mut |settings| {
        RustEngine::open(settings, Way::Waiting).map(|engine| Box::new(engine) as Box<_>)
    });
    assert_eq!(outcome, Outcome::Passed);
}

#[test]
fn every_operation_and_refusal_has_a_scenario() {
    let text: String = json_files(&scenarios_folder())
        .map(|path| std::fs::read_to_string(path).expect("readable"))
        .collect();
    let unused: Vec<&str> = operations::Operation::all()
        .map(|operation| operation.name)
        .filter(|name| !text.contains(&format!("\"do\": \"{name}\"")))
        .collect();
    assert_eq!(unused, [] as [&str; 0], "operations without a scenario");
    let unseen: Vec<&str> = tacos_engine::Refusal::CODES
        .iter()
        .copied()
        .filter(|code| !text.contains(&format!("\"code\": \"{code}\"")))
        .collect();
    assert_eq!(unseen, [] as [&str; 0], "refusals without a scenario");
}

#[test]
fn names_say_what_is_shown() {
    let scenarios = load(&scenarios_folder()).unwrap_or_else(|lines| panic!("{}", lines.join("\n")));
    for scenario in scenarios {
        let snake = scenario.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(snake, "{} is no name in snake case", scenario.name);
        assert!(scenario.about.ends_with('.'), "{}: what it shows is a sentence", scenario.name);
        assert!(scenario.fails_at.is_none(), "{} belongs into selftest/", scenario.name);
    }
}

fn json_files(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> + use<> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    files.into_iter()
}

/// The part of JSON Schema that our schema uses; a keyword outside it is a mistake in the schema.
fn valid(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    let keywords = schema.as_object().ok_or("a schema is an object")?;
    for (keyword, argument) in keywords {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "then" | "additionalProperties" => {}
            "$ref" => {
                let pointer =
                    argument.as_str().and_then(|text| text.strip_prefix('#')).ok_or("a local $ref")?;
                valid(value, root.pointer(pointer).ok_or("a $ref that leads somewhere")?, root)?;
            }
            "type" => typed(value, argument)?,
            "const" if value != argument => return Err(format!("{value} is not {argument}")),
            "const" => {}
            "enum" if !argument.as_array().is_some_and(|words| words.contains(value)) => {
                return Err(format!("{value} is none of {argument}"));
            }
            "enum" => {}
            "minimum" if value.as_i64() < argument.as_i64() => {
                return Err(format!("{value} is below {argument}"));
            }
            "minimum" => {}
            "pattern" => {
                assert_eq!(argument, "^\\$", "the one pattern that is known here");
                if !value.as_str().is_some_and(|text| text.starts_with('$')) {
                    return Err(format!("{value} is no reference"));
                }
            }
            "items" => {
                let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
                entries.iter().try_for_each(|entry| valid(entry, argument, root))?;
            }
            "required" => {
                let missing = argument.as_array().and_then(|names| {
                    names.iter().find(|name| value.get(name.as_str().unwrap_or("")).is_none())
                });
                if let Some(missing) = missing {
                    return Err(format!("{missing} is missing in {value}"));
                }
            }
            "properties" => properties(value, schema, argument, root)?,
            "anyOf" => {
                let schemas = argument.as_array().ok_or("anyOf lists schemas")?;
                let mut whys = schemas.iter().map(|schema| valid(value, schema, root));
                if !whys.any(|why| why.is_ok()) {
                    let whys: Vec<_> =
                        schemas.iter().filter_map(|schema| valid(value, schema, root).err()).collect();
                    return Err(format!("{value}: {}", whys.join(" / ")));
                }
            }
            "allOf" => {
                let schemas = argument.as_array().ok_or("allOf lists schemas")?;
                schemas.iter().try_for_each(|schema| valid(value, schema, root))?;
            }
            "if" if valid(value, argument, root).is_ok() => valid(value, &schema["then"], root)?,
            "if" => {}
            other => return Err(format!("the schema uses {other}, which is not known here")),
        }
    }
    Ok(())
}

fn properties(value: &Value, schema: &Value, known: &Value, root: &Value) -> Result<(), String> {
    let Some(object) = value.as_object() else { return Ok(()) };
    for (name, property) in object {
        match known.get(name) {
            Some(schema) => valid(property, schema, root).map_err(|why| format!("{name}: {why}"))?,
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                return Err(format!("{name:?} is not known"));
            }
            None => {}
        }
    }
    Ok(())
}

fn typed(value: &Value, kind: &Value) -> Result<(), String> {
    let fits = match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        other => return Err(format!("the schema uses the type {other:?}, which is not known here")),
    };
    if fits { Ok(()) } else { Err(format!("{value} is no {kind}")) }
}
