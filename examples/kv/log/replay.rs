//! Reading the file at a start.

use super::frames::{HEAD, Head, LONGEST};
use super::{FILE, MAGIC, TORN};
use crate::args::Args;
use crate::requests::Requests;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long a start waits for a file that another server has.
const PATIENCE: Duration = Duration::from_secs(3);

/// The file, as a start has found it.
pub(crate) struct Opened {
    pub(crate) file: File,
    /// Where it is written next.
    pub(crate) end: u64,
    pub(crate) epoch: u64,
}

/// What happened, as the file has it.
pub(crate) enum Event<'a> {
    Command(Args<'a>),
    /// All keys were thrown away.
    Flush,
}

/// Opens the file of a directory, made if it is not there, and tells what it says. A torn tail is cut off.
pub(crate) fn open(
    directory: &Path,
    mut tell: impl FnMut(Event<'_>) -> io::Result<()>,
) -> io::Result<Opened> {
    fs::create_dir_all(directory)?;
    let path = directory.join(FILE);
    let mut options = File::options();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)?;
    lock(&file)?;
    let len = file.metadata()?.len();
    let mut reader = Reader {
        input: BufReader::with_capacity(1 << 20, &file),
        left: len,
        requests: Requests::default(),
    };
    let mut opened = 0;
    if reader.has_magic()? {
        opened = MAGIC.len() as u64;
    }
    let (mut end, mut epoch) = (opened, 0);
    while opened > 0
        && let Some(head) = reader.frame()?
    {
        if head.epoch > epoch {
            epoch = head.epoch;
            tell(Event::Flush)?;
        }
        while let Some(command) = reader.command()? {
            if head.epoch == epoch {
                tell(Event::Command(command))?;
            }
        }
        end += (HEAD + head.len) as u64;
    }
    drop(reader);
    if end < len {
        cut_off(&mut file, end, directory)?;
    }
    if end == 0 {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(MAGIC)?;
        end = MAGIC.len() as u64;
    }
    file.sync_all()?;
    // The name of the file lasts when its directory is synced.
    File::open(directory)?.sync_all()?;
    Ok(Opened { file, end, epoch })
}

/// Keeps other servers from the file. One that was killed may have it for a moment longer: its ring is taken down after
/// its end.
fn lock(file: &File) -> io::Result<()> {
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other(
                    "another server has the file: end that one, or give this one a directory of its own",
                ));
            }
        }
    }
}

struct Reader<'a> {
    input: BufReader<&'a File>,
    left: u64,
    requests: Requests,
}

impl Reader<'_> {
    /// Reads so many bytes. `None`: the file ends before.
    fn take(&mut self, len: usize) -> io::Result<Option<Vec<u8>>> {
        if (len as u64) > self.left {
            return Ok(None);
        }
        let mut bytes = vec![0; len];
        self.input.read_exact(&mut bytes)?;
        self.left -= len as u64;
        Ok(Some(bytes))
    }

    /// Whether the file has begun. What is no file of this kind is an error, and left alone.
    fn has_magic(&mut self) -> io::Result<bool> {
        let len = MAGIC.len().min(self.left as usize);
        let begin = self.take(len)?.unwrap_or_default();
        if !MAGIC.starts_with(&begin) {
            return Err(io::Error::other(format!(
                "it does not begin as a file of this server does: move {FILE} away, or choose another directory"
            )));
        }
        Ok(begin.len() == MAGIC.len())
    }

    /// Reads a whole frame. `None`: there is none, or it is torn.
    fn frame(&mut self) -> io::Result<Option<Head>> {
        let Some(head) = self.take(HEAD)? else {
            return Ok(None);
        };
        let Ok(head) = <[u8; HEAD]>::try_from(&head[..]).map(Head::parse) else {
            return Ok(None);
        };
        if head.len > LONGEST {
            return Ok(None);
        }
        let Some(commands) = self.take(head.len)?.filter(|commands| head.fits(commands)) else {
            return Ok(None);
        };
        self.requests.feed(&commands);
        Ok(Some(head))
    }

    /// The next command of the frame.
    fn command(&mut self) -> io::Result<Option<Args<'_>>> {
        self.requests
            .next()
            .map_err(|malformed| io::Error::other(malformed.0))
    }
}

/// Cuts the file off, with what is behind kept in another, and says so.
fn cut_off(file: &mut File, end: u64, directory: &Path) -> io::Result<()> {
    let torn = directory.join(TORN);
    file.seek(SeekFrom::Start(end))?;
    let mut kept = File::create(&torn)?;
    let bytes = io::copy(file, &mut kept)?;
    kept.sync_all()?;
    file.set_len(end)?;
    eprintln!(
        "kv: {FILE} has a torn tail, as a crash in the middle of a write leaves it: cut off {bytes} bytes at offset \
         {end}, kept in {}",
        torn.display()
    );
    Ok(())
}
