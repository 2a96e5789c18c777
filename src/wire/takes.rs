//! Reading JSON that may be anything: whoever reads says what it is made for, and passes over the rest.
//!
//! What always holds: JSON of another shape is no error. What is no JSON at all is one, what is nested too deeply, and what
//! no machine can hold: a figure beyond any float, half a letter. Whoever reads others' JSON says what counts then.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What can be read from JSON of any shape. Whatever it has no way to take is nothing to it.
pub trait Takes<'de>: Sized {
    /// What it makes; the default where there is nothing for it.
    type Taken: Default;

    /// Takes a whole number that is not negative.
    fn whole(self, number: u64) -> Self::Taken {
        self.number(number as f64)
    }

    /// Takes any other number.
    fn number(self, _: f64) -> Self::Taken {
        Self::Taken::default()
    }

    /// Takes a text.
    fn text(self, _: &str) -> Self::Taken {
        Self::Taken::default()
    }

    /// Takes a list.
    ///
    /// # Errors
    /// When it is broken.
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Taken, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::Taken::default())
    }

    /// Takes an object's members.
    ///
    /// # Errors
    /// When they are broken.
    fn members<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Taken, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::Taken::default())
    }
}

/// Reads with what takes.
pub struct Taking<T>(pub T);

impl<'de, T: Takes<'de>> DeserializeSeed<'de> for Taking<T> {
    type Value = T::Taken;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<T::Taken, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de, T: Takes<'de>> Visitor<'de> for Taking<T> {
    type Value = T::Taken;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_u64<E>(self, number: u64) -> Result<T::Taken, E> {
        Ok(self.0.whole(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T::Taken, E> {
        Ok(self.0.number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<T::Taken, E> {
        Ok(self.0.number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<T::Taken, E> {
        Ok(self.0.text(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<T::Taken, E> {
        Ok(T::Taken::default())
    }

    fn visit_unit<E>(self) -> Result<T::Taken, E> {
        Ok(T::Taken::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T::Taken, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T::Taken, A::Error> {
        self.0.members(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbers;

    impl<'de> Takes<'de> for Numbers {
        type Taken = f64;

        fn number(self, number: f64) -> f64 {
            number
        }

        fn members<A: MapAccess<'de>>(self, mut members: A) -> Result<f64, A::Error> {
            let mut sum = 0.0;
            while members.next_key::<String>()?.is_some() {
                sum += members.next_value_seed(Taking(Numbers))?;
            }
            Ok(sum)
        }
    }

    #[test]
    fn what_it_is_not_made_for_is_nothing_to_it() {
        let read = |json: &str| {
            let mut input = serde_json::Deserializer::from_str(json);
            let taken = Taking(Numbers).deserialize(&mut input);
            taken.and_then(|taken| input.end().map(|()| taken))
        };
        let all = r#"{"a":1,"b":-2,"c":4.5,"d":null,"e":true,"f":"8","g":[16,[]],"h":{"i":32}}"#;
        assert_eq!(read(all).unwrap(), 35.5);
        assert_eq!(read("[1]").unwrap(), 0.0);
        assert!(read("{\"a\":}").is_err());
    }
}
