//! Looking into a picture: upright, without what is not seen, and small.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
    metadata::Orientation,
};
use zoom_protocol::PictureSize;

use super::{Fault, Format, guarded, strip};

/// How good a picture is that had to be turned: nobody tells it from what was sent.
const TURNED_QUALITY: u8 = 92;
/// How good a small form is.
const SMALL_QUALITY: u8 = 82;
/// The most bytes of a pixel in memory.
const PIXEL_BYTES: u64 = 4;

/// How large pictures may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::files) struct Bounds {
    /// Pixels of one that is looked into; half as many where it comes in several passes.
    pub(in crate::files) pixels: u32,
    /// The longer side of a small form, in pixels.
    pub(in crate::files) thumbnail: u32,
}

/// A picture to look into.
#[derive(Debug)]
pub(in crate::files) struct Job {
    /// What it is.
    pub(in crate::files) format: Format,
    /// Where it is.
    pub(in crate::files) from: PathBuf,
    /// Where what one sees of it goes.
    pub(in crate::files) to: PathBuf,
    /// Where its small form goes.
    pub(in crate::files) thumbnail: PathBuf,
}

/// What was seen.
#[derive(Debug, Default)]
pub(in crate::files) struct Looked {
    /// Whether there is a file of what one sees. Without one it is no picture at all.
    pub(in crate::files) is_stripped: bool,
    /// Whether there is a small form.
    pub(in crate::files) has_thumbnail: bool,
    /// How large it is, upright; nothing where it cannot be shown.
    pub(in crate::files) size: Option<PictureSize>,
}

/// Looks into a picture. Its files are on the disk when this returns.
///
/// # Errors
/// What the disk says. A picture that is broken or too large is no error.
pub(super) fn look(job: &Job, bounds: Bounds) -> io::Result<Looked> {
    let mut looked = Looked::default();
    let in_passes = guarded(|| {
        let mut from = BufReader::new(File::open(&job.from)?);
        writing(&job.to, |to| strip(job.format, &mut from, to))
    });
    let shown = match in_passes {
        Ok(in_passes) => {
            looked.is_stripped = true;
            guarded(|| show(job, bounds, in_passes))
        }
        Err(fault) => Err(fault),
    };
    match shown {
        Ok((size, has_thumbnail)) => {
            looked.size = Some(size);
            looked.has_thumbnail = has_thumbnail;
            Ok(looked)
        }
        Err(Fault::Broken) => Ok(looked),
        Err(Fault::Disk(error)) => Err(error),
    }
}

/// Decodes a picture, turns it upright if it is not, and makes its small form.
fn show(job: &Job, bounds: Bounds, in_passes: bool) -> Result<(PictureSize, bool), Fault> {
    let pixels = u64::from(bounds.pixels);
    let mut reader =
        ImageReader::with_format(BufReader::new(File::open(&job.from)?), job.format.image());
    let mut limits = Limits::default();
    limits.max_alloc = Some(pixels * PIXEL_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let most = if in_passes { pixels / 2 } else { pixels };
    let is_within = u64::from(width) * u64::from(height) <= most
        && decoder.total_bytes() <= pixels * PIXEL_BYTES;
    if !is_within {
        return Err(Fault::Broken);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let colours = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if orientation != Orientation::NoTransforms {
        picture.apply_orientation(orientation);
        writing(&job.to, |to| encode(job.format, &picture, &colours, to))?;
    }
    let size = PictureSize {
        width: picture.width(),
        height: picture.height(),
    };
    let has_thumbnail = size.width.max(size.height) > bounds.thumbnail;
    if has_thumbnail {
        let small = picture.thumbnail(bounds.thumbnail, bounds.thumbnail);
        drop(picture);
        writing(&job.thumbnail, |to| encode_small(&small, &colours, to))?;
    }
    Ok((size, has_thumbnail))
}

fn encode(
    format: Format,
    picture: &DynamicImage,
    colours: &Option<Vec<u8>>,
    to: &mut impl Write,
) -> Result<(), Fault> {
    match format {
        Format::Jpeg => jpeg(picture, colours, TURNED_QUALITY, to),
        Format::WebP => write(WebPEncoder::new_lossless(to), &eight_bits(picture), colours),
        // A GIF cannot say how it lies.
        Format::Png | Format::Gif => write(PngEncoder::new(to), picture, colours),
    }
}

/// A small form needs a PNG only where one sees through it.
fn encode_small(
    small: &DynamicImage,
    colours: &Option<Vec<u8>>,
    to: &mut impl Write,
) -> Result<(), Fault> {
    let small = eight_bits(small);
    let sees_through =
        small.color().has_alpha() && small.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
    if sees_through {
        write(PngEncoder::new(to), &small, colours)
    } else {
        jpeg(&small, colours, SMALL_QUALITY, to)
    }
}

fn jpeg(
    picture: &DynamicImage,
    colours: &Option<Vec<u8>>,
    quality: u8,
    to: &mut impl Write,
) -> Result<(), Fault> {
    let encoder = JpegEncoder::new_with_quality(to, quality);
    if matches!(
        picture,
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_)
    ) {
        write(encoder, picture, colours)
    } else {
        write(encoder, &DynamicImage::from(picture.to_rgb8()), colours)
    }
}

/// With eight bits for each colour, and with all colours.
fn eight_bits(picture: &DynamicImage) -> DynamicImage {
    if picture.color().has_alpha() {
        picture.to_rgba8().into()
    } else {
        picture.to_rgb8().into()
    }
}

fn write(
    mut encoder: impl ImageEncoder,
    picture: &DynamicImage,
    colours: &Option<Vec<u8>>,
) -> Result<(), Fault> {
    // A profile of other colours than the picture has (of CMYK, say) would spoil it.
    let wanted: &[u8] = if picture.color().has_color() {
        b"RGB "
    } else {
        b"GRAY"
    };
    if let Some(colours) = colours
        && colours.get(16..20) == Some(wanted)
    {
        // Where a format has no place for it, it is left out.
        drop(encoder.set_icc_profile(colours.clone()));
    }
    picture
        .write_with_encoder(encoder)
        .map_err(|error| match error {
            ImageError::IoError(error) => Fault::Disk(error),
            ImageError::Decoding(_)
            | ImageError::Encoding(_)
            | ImageError::Parameter(_)
            | ImageError::Limits(_)
            | ImageError::Unsupported(_) => Fault::Broken,
        })
}

/// Makes a file anew, and has it on the disk.
fn writing<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut to = BufWriter::new(File::create(path)?);
    let value = write(&mut to)?;
    let file = to.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(value)
}

/// Whatever a decoder does not like is the picture's fault.
fn broken(error: ImageError) -> Fault {
    tracing::debug!(%error, "a picture cannot be shown");
    Fault::Broken
}
