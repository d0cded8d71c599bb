//! Lists of parameters.

/// A list of parameters: `params!["orders" => 17, "state" => "open", "load" => 0.5]`.
///
/// Names are `&str`. A value is of any type that converts to a [`Value`](crate::wire::Value): integers
/// and floats of every size, `bool`, `&str`, `&String`, `&[u8]`.
///
/// It is an array of [`Parameter`](crate::wire::Parameter)s, and allocates nothing.
#[macro_export]
macro_rules! params {
    ($($name:expr => $value:expr),* $(,)?) => {
        [$($crate::Parameter::new($name, $value)),*]
    };
}
