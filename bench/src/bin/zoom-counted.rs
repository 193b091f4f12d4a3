//! The server with its heap allocations counted: the same library that the program `zoom` runs,
//! under an allocator that counts. For measuring, and for nothing else.

use std::{
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

/// Answers each datagram with the number of allocations and of their bytes.
fn tell(counter: &UdpSocket) {
    let mut question = [0; 16];
    while let Ok((_, asker)) = counter.recv_from(&mut question) {
        let mut answer = [0; 16];
        let (count, bytes) = counting::read();
        answer[..8].copy_from_slice(&count.to_be_bytes());
        answer[8..].copy_from_slice(&bytes.to_be_bytes());
        // Whoever asked may be gone.
        let _ = counter.send_to(&answer, asker);
    }
}

mod counting {
    //! The allocator.
    #![expect(
        unsafe_code,
        reason = "a global allocator is an unsafe trait; every call is handed on to the system's"
    )]

    use std::{
        alloc::{GlobalAlloc, Layout, System},
        sync::atomic::{AtomicU64, Ordering},
    };

    static COUNT: AtomicU64 = AtomicU64::new(0);
    static BYTES: AtomicU64 = AtomicU64::new(0);

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    struct Counting;

    /// Allocations so far, growths among them, and the bytes that they asked for.
    pub(super) fn read() -> (u64, u64) {
        (COUNT.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed))
    }

    fn note(bytes: usize) {
        COUNT.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    // SAFETY: every method hands its arguments on to the system's allocator unchanged and returns
    // what that returns, so its promises hold; counting touches two atomics and allocates nothing.
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
