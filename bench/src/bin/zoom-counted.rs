//! The server with its heap allocations counted: the same library that the program `zoom` runs,
//! under an allocator that counts. For measuring, and for nothing else.

use std::{
    fmt::Write,
    fs,
    net::{IpAddr, SocketAddr, UdpSocket},
    path::PathBuf,
    thread,
};

use anyhow::Result;
use clap::Parser;
use zoom_server::{MediaSettings, Server, ServerConfig};

/// Serves, and tells how often it has allocated to whoever sends a datagram to its counter.
#[derive(Parser)]
#[command(name = "zoom-counted")]
struct Arguments {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    media_port: u16,
    #[arg(long)]
    advertise: IpAddr,
    #[arg(long)]
    data: PathBuf,
    /// Taken for the sake of those who start it as they start `zoom`; it logs nothing.
    #[arg(long)]
    log: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut config = ServerConfig::new(arguments.data);
    config.listen = arguments.listen;
    config.media = MediaSettings {
        port: arguments.media_port,
        advertise: vec![arguments.advertise],
        ..config.media
    };
    let server = Server::open(config).await?;
    let counter = UdpSocket::bind((arguments.listen.ip(), 0))?;
    for link in server.links() {
        println!("{link}");
    }
    println!("counter {}\nCtrl-C ends it.", counter.local_addr()?);
    thread::spawn(move || tell(&counter));
    server
        .serve(async {
            // Without signals it serves until it is killed.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await;
    Ok(())
}

/// Answers each datagram with a line for each thread: its allocations, their bytes, its name.
fn tell(counter: &UdpSocket) {
    let mut question = [0; 16];
    while let Ok((_, asker)) = counter.recv_from(&mut question) {
        let mut answer = String::new();
        for (place, (count, bytes)) in counting::read().enumerate().filter(|(_, n)| n.0 > 0) {
            let name = name(place);
            // Writing to a string does not fail.
            let _ = writeln!(answer, "{count} {bytes} {name}");
        }
        // Whoever asked may be gone.
        let _ = counter.send_to(answer.as_bytes(), asker);
    }
}

/// The name of the thread in a place; nothing for one that has ended, and for those that share the
/// last place.
fn name(place: usize) -> String {
    let id = counting::thread(place).unwrap_or_default();
    let path = format!("/proc/self/task/{id}/comm");
    let name = fs::read_to_string(path).unwrap_or_default();
    name.trim_end().to_owned()
}

mod counting {
    //! The allocator.
    #![expect(
        unsafe_code,
        reason = "a global allocator is an unsafe trait; every call is handed on to the system's"
    )]

    use std::{
        alloc::{GlobalAlloc, Layout, System},
        cell::Cell,
        sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering},
    };

    /// Threads that are counted apart; those that come later share the last place.
    const THREADS: usize = 256;

    static PLACES: [Place; THREADS] = [const { Place::new() }; THREADS];
    static TAKEN: AtomicUsize = AtomicUsize::new(0);

    thread_local! {
        /// The place of this thread; it has none before its first allocation.
        static MINE: Cell<Option<usize>> = const { Cell::new(None) };
    }

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    struct Counting;

    /// What one thread has allocated. Its own cache line: threads must not slow each other down.
    #[repr(align(64))]
    struct Place {
        thread: AtomicI32,
        count: AtomicU64,
        bytes: AtomicU64,
    }

    impl Place {
        const fn new() -> Self {
            Self {
                thread: AtomicI32::new(0),
                count: AtomicU64::new(0),
                bytes: AtomicU64::new(0),
            }
        }
    }

    /// Allocations of each place so far, growths among them, and the bytes that they asked for.
    pub(super) fn read() -> impl Iterator<Item = (u64, u64)> {
        let of = |place: &Place| {
            let count = place.count.load(Ordering::Relaxed);
            (count, place.bytes.load(Ordering::Relaxed))
        };
        PLACES.iter().map(of)
    }

    /// The thread that has a place to itself.
    pub(super) fn thread(place: usize) -> Option<i32> {
        let alone = place + 1 < THREADS;
        let thread = PLACES.get(place)?.thread.load(Ordering::Relaxed);
        (alone && thread != 0).then_some(thread)
    }

    fn note(bytes: usize) {
        // A thread that ends still frees and allocates after its variables are gone.
        let mine = MINE.try_with(|mine| {
            mine.get().unwrap_or_else(|| {
                let place = TAKEN.fetch_add(1, Ordering::Relaxed).min(THREADS - 1);
                mine.set(Some(place));
                let thread = nix::unistd::gettid().as_raw();
                PLACES[place].thread.store(thread, Ordering::Relaxed);
                place
            })
        });
        let place = &PLACES[mine.unwrap_or(THREADS - 1)];
        place.count.fetch_add(1, Ordering::Relaxed);
        place.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    // SAFETY: every method hands its arguments on to the system's allocator unchanged and returns
    // what that returns, so its promises hold; counting touches atomics
    // and a variable of the thread that needs neither memory nor an end, and allocates nothing.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            note(layout.size());
            // SAFETY: the caller's promises are those that the system's allocator asks for.
            unsafe { System.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            note(layout.size());
            // SAFETY: as in `alloc`.
            unsafe { System.alloc_zeroed(layout) }
        }

        unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            note(size);
            // SAFETY: as in `alloc`; the pointer came from the system's allocator.
            unsafe { System.realloc(pointer, layout, size) }
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            // SAFETY: as in `realloc`.
            unsafe { System.dealloc(pointer, layout) }
        }
    }
}
