//! Reading a picture from a file, checked before anything is sent.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::export::at_home;
use crate::domain::image::{ImageError, LARGEST};
use crate::domain::{Fault, FaultKind, Image};
use crate::locale::{say, system};

/// Reads a picture. A leading `~/` is the home folder. Never reads more than what may be sent.
///
/// # Errors
/// When the file cannot be read, or is none that models take.
pub fn read_image(path: &Path) -> Result<Image, Fault> {
    let path = at_home(path);
    let wrong = |message: String| Fault::new(FaultKind::Usage, message);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| path.display().to_string());
    let file = File::open(&path).map_err(|error| {
        wrong(say!(
            "file-unreadable",
            file = path.display(),
            error = system(&error)
        ))
        .advise(say!("picture-name-file"))
    })?;
    let size = file
        .metadata()
        .map_or(0, |found| if found.is_file() { found.len() } else { 0 });
    let refused = |error: ImageError| wrong(error.to_string()).advise(say!("picture-kinds"));
    if size > LARGEST {
        return Err(refused(ImageError::TooLarge { name, bytes: size }));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            wrong(say!(
                "file-unreadable",
                file = path.display(),
                error = system(&error)
            ))
            .advise(say!("picture-no-folder"))
        })?;
    Image::new(name, bytes).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_and_everything_else_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let image = read_image(&write("a.bin", b"GIF89a")).unwrap();
        assert_eq!(image.name, "a.bin");
        for path in [
            write("note.png", b"text"),
            write("empty.png", b""),
            folder.path().join("missing.png"),
            folder.path().to_owned(),
        ] {
            let fault = read_image(&path).unwrap_err();
            let name = path.file_name().unwrap().to_string_lossy();
            assert!(fault.message.contains(&*name), "{fault}");
            assert!(!fault.advice.is_empty());
        }
    }
}
