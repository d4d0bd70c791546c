//! On the browser's own `WebSocket`, on pages and in workers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use centaurus_link::Time;
use js_sys::{ArrayBuffer, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BinaryType, CloseEvent, Event, EventTarget, MessageEvent, WebSocket};

use super::{Happening, Lost};
use crate::core::Shared;
use crate::message::Payload;
use crate::{Config, ConnectError, Endpoint};

/// Browsers send and answer them, and let nobody see.
pub(crate) const HAS_PINGS: bool = false;

/// How often a line that holds bytes back is looked at, in ms: no event tells that it has sent them.
const LOOK: i32 = 20;
/// How an attempt ended that the browser says nothing about (RFC 6455, section 7.4.1).
const BROKEN: u16 = 1006;
/// The longest that a timer waits, in ms: what fits into the 32 bits that it takes. A link that is woken early waits on.
const MAX_TIMER: u64 = i32::MAX as u64;

/// Nothing leaves the thread here.
pub trait MaybeSend {}
impl<T> MaybeSend for T {}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;
pub(crate) type Sleep = Timer;

/// How lines are opened.
pub(crate) struct Ways {
    pub(crate) ping: Option<Payload>,
}

impl Ways {
    pub(crate) fn new(config: Config) -> Self {
        Self { ping: config.ping.map(Payload::from) }
    }
}

pub(crate) fn now() -> Time {
    // `performance` is where both windows and workers have it; web-sys knows them apart.
    let performance = Reflect::get(&js_sys::global(), &"performance".into()).unwrap_or(JsValue::UNDEFINED);
    let now = Reflect::get(&performance, &"now".into()).ok().and_then(|now| now.dyn_into::<Function>().ok());
    let ms = now.and_then(|now| now.call0(&performance).ok()).and_then(|ms| ms.as_f64());
    Time((ms.unwrap_or_else(js_sys::Date::now) * 1_000.0) as u64)
}

pub(crate) fn seed() -> u64 {
    (js_sys::Math::random() * u64::MAX as f64) as u64
}

pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_local(task);
}

/// A timer that is cleared when it is dropped.
pub(crate) struct Timer {
    id: JsValue,
    ended: JsFuture,
}

pub(crate) fn sleep_until(time: Time) -> Timer {
    // Rounded up, or the link would be woken again and again in the last millisecond.
    after(time.since(now()).div_ceil(1_000).min(MAX_TIMER) as i32)
}

fn after(ms: i32) -> Timer {
    let mut id = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(set) = global_function("setTimeout") {
            id = set.call2(&js_sys::global(), &resolve, &ms.into()).unwrap_or(JsValue::UNDEFINED);
        }
    });
    Timer { id, ended: promise.into() }
}

fn global_function(name: &str) -> Option<Function> {
    Reflect::get(&js_sys::global(), &name.into()).ok()?.dyn_into().ok()
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.ended).poll(context).map(|_| ())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(clear) = global_function("clearTimeout") {
            let _ = clear.call1(&js_sys::global(), &self.id);
        }
    }
}

/// Listens until it is dropped.
struct Listener {
    target: EventTarget,
    kind: &'static str,
    heard: Closure<dyn FnMut(Event)>,
}

impl Listener {
    fn new(target: &EventTarget, kind: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        let heard = Closure::<dyn FnMut(Event)>::new(heard);
        let _ = target.add_event_listener_with_callback(kind, heard.as_ref().unchecked_ref());
        Self { target: target.clone(), kind, heard }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.kind, self.heard.as_ref().unchecked_ref());
    }
}

/// Tells the link of the machine's network, until it is dropped.
pub(crate) struct Network {
    _listeners: [Listener; 2],
}

pub(crate) fn watch_network(shared: &Arc<Shared>) -> Network {
    let global: EventTarget = js_sys::global().unchecked_into();
    let listen = |kind, online| {
        let shared = shared.clone();
        Listener::new(&global, kind, move |_| shared.tell(|link, now| link.online(now, online)))
    };
    Network { _listeners: [listen("online", true), listen("offline", false)] }
}

pub(crate) fn check(endpoint: &Endpoint) -> Result<(), ConnectError> {
    let scheme = endpoint.url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let known = scheme.is_some_and(|scheme| matches!(scheme.as_str(), "ws" | "wss"));
    if !known {
        return Err(ConnectError::Url { url: endpoint.url.clone(), reason: "it begins with ws: or wss:".into() });
    }
    if let Some((name, _)) = endpoint.headers.first() {
        let reason = "browsers send none of a program's choosing; put it into the URL or a subprotocol".into();
        return Err(ConnectError::Header { what: "header", value: name.clone(), reason });
    }
    Ok(())
}

/// What the browser's events leave for the driver.
#[derive(Default)]
struct Events {
    opened: bool,
    happened: VecDeque<Happening>,
    waker: Option<Waker>,
}

impl Events {
    fn push(&mut self, happening: Happening) {
        self.happened.push_back(happening);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A line that is open.
pub(crate) struct Line {
    socket: WebSocket,
    protocol: String,
    events: Rc<RefCell<Events>>,
    /// The next look at what it holds back.
    look: Option<Timer>,
    _listeners: [Listener; 3],
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Line").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

pub(crate) async fn connect(endpoint: Endpoint, _: &Ways) -> Result<Line, Lost> {
    let protocols: js_sys::Array = endpoint.protocols.iter().map(|protocol| JsValue::from_str(protocol)).collect();
    let socket = WebSocket::new_with_str_sequence(&endpoint.url, &protocols)
        .map_err(|error| Lost { code: BROKEN, reason: format!("{error:?}") })?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    let events = Rc::new(RefCell::new(Events::default()));
    let listeners = [
        Listener::new(&socket, "open", {
            let events = events.clone();
            move |_| {
                let mut events = events.borrow_mut();
                events.opened = true;
                events.wake();
            }
        }),
        Listener::new(&socket, "message", {
            let events = events.clone();
            move |event| {
                if let Some(payload) = payload(&event) {
                    events.borrow_mut().push(Happening::Message(payload));
                }
            }
        }),
        Listener::new(&socket, "close", {
            let events = events.clone();
            move |event| {
                let event: CloseEvent = event.unchecked_into();
                events.borrow_mut().push(Happening::Lost(Lost { code: event.code(), reason: event.reason() }));
            }
        }),
    ];
    // From here on the socket closes if the attempt is dropped.
    let mut line = Line { socket, protocol: String::new(), events, look: None, _listeners: listeners };
    std::future::poll_fn(|context| {
        let mut events = line.events.borrow_mut();
        if let Some(Happening::Lost(_)) = events.happened.front()
            && let Some(Happening::Lost(lost)) = events.happened.pop_front()
        {
            return Poll::Ready(Err(lost));
        }
        events.waker = Some(context.waker().clone());
        if events.opened { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    line.protocol = line.socket.protocol();
    Ok(line)
}

fn payload(event: &Event) -> Option<Payload> {
    let data = event.dyn_ref::<MessageEvent>()?.data();
    if let Some(text) = data.as_string() {
        return Some(Payload { text: true, bytes: Bytes::from(text) });
    }
    let buffer = data.dyn_into::<ArrayBuffer>().ok()?;
    Some(Payload { text: false, bytes: Uint8Array::new(&buffer).to_vec().into() })
}

impl Line {
    /// The subprotocol that was agreed on.
    pub(crate) fn protocol(&self) -> Option<&str> {
        Some(self.protocol.as_str()).filter(|protocol| !protocol.is_empty())
    }

    pub(crate) fn transmit(&mut self, payload: Payload) {
        // It throws before the socket is open, which it is; a socket that has closed takes and drops it.
        let _ = if payload.text {
            self.socket.send_with_str(std::str::from_utf8(&payload.bytes).expect("text was made of a String"))
        } else {
            self.socket.send_with_u8_array(&payload.bytes)
        };
        self.look.get_or_insert_with(|| after(LOOK));
        self.events.borrow_mut().wake();
    }

    /// There are none: see [`HAS_PINGS`].
    pub(crate) fn ping(&mut self, _: u64) {}

    pub(crate) fn close(&mut self, code: u16, reason: &str) {
        let _ = self.socket.close_with_code_and_reason(code, reason);
    }

    /// A browser's socket cannot be told to pause.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, _paused: bool) -> Poll<Happening> {
        let mut events = self.events.borrow_mut();
        if let Some(happening) = events.happened.pop_front() {
            return Poll::Ready(happening);
        }
        events.waker = Some(context.waker().clone());
        drop(events);
        if let Some(look) = &mut self.look
            && Pin::new(look).poll(context).is_ready()
        {
            let buffered = self.socket.buffered_amount();
            self.look = (buffered > 0).then(|| after(LOOK));
            if let Some(look) = &mut self.look {
                let _ = Pin::new(look).poll(context);
            }
            return Poll::Ready(Happening::Buffered(buffered.into()));
        }
        Poll::Pending
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}
