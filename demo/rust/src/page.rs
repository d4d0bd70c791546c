//! What runs on the main thread: it hands strips of the picture to the pool and puts them in their place.

use std::cell::RefCell;
use std::rc::Rc;

use centaurus::web::{Bytes, CallOptions, Options, Pool};
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt as _, TryStreamExt as _};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    CanvasRenderingContext2d, Document, Element, Event, HtmlCanvasElement, HtmlInputElement, ImageData, MouseEvent,
};

use crate::jobs::{View, draw, primes};

/// Rows that one call draws: enough calls for every worker to have several, so that all end at about the same time.
const STRIP: u32 = 16;
/// How much nearer a click goes.
const NEARER: f64 = 4.0;
/// The whole set.
const START: View = View { x: -0.6, y: 0.0, span: 3.2, width: 0, height: 0 };

/// Starts the page. `jobs` is the address of this very package, which the workers load too.
///
/// # Errors
/// If the page lacks an element, or the pool cannot be had.
#[wasm_bindgen]
#[allow(unreachable_pub, reason = "wasm-bindgen exports nothing else")]
pub async fn start(jobs: String) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("there is no page")?;
    let pool = Pool::new(Options::new().name("rust demo")).await?;
    pool.register_functions(&jobs, &[draw::NAME, primes::NAME]).await?;
    Picture::start(&document, pool.clone())?;
    list_primes(&document, pool)
}

/// The picture, and what is being drawn of it.
struct Picture {
    pool: Pool,
    context: CanvasRenderingContext2d,
    status: Element,
    view: RefCell<View>,
    /// Ends the drawing under way: its calls are dropped, so the workers turn to the next.
    drawing: RefCell<AbortHandle>,
}

impl Picture {
    fn start(document: &Document, pool: Pool) -> Result<(), JsValue> {
        let canvas: HtmlCanvasElement = element(document, "picture")?;
        let context = canvas.get_context("2d")?.ok_or("the engine draws no pictures")?.dyn_into()?;
        let view = View { width: canvas.width(), height: canvas.height(), ..START };
        let picture = Rc::new(Self {
            pool,
            context,
            status: element(document, "status")?,
            view: RefCell::new(view),
            drawing: RefCell::new(AbortHandle::new_pair().0),
        });
        let clicked = Rc::clone(&picture);
        on(&canvas, "click", move |event: MouseEvent| {
            let view = *clicked.view.borrow();
            let at = |offset: i32, size: u32| (f64::from(offset) / f64::from(size) - 0.5) * view.span;
            let ratio = f64::from(view.height) / f64::from(view.width);
            clicked.show(View {
                x: view.x + at(event.offset_x(), view.width),
                y: view.y + at(event.offset_y(), view.height) * ratio,
                span: view.span / NEARER,
                ..view
            });
        })?;
        let again = Rc::clone(&picture);
        on(&element::<Element>(document, "again")?, "click", move |_: Event| again.show(view))?;
        picture.show(view);
        Ok(())
    }

    /// Shows another view, instead of what is being drawn.
    fn show(self: &Rc<Self>, view: View) {
        self.view.replace(view);
        let (handle, registration) = AbortHandle::new_pair();
        self.drawing.replace(handle).abort();
        let picture = Rc::clone(self);
        spawn_local(async move {
            let drawn = Abortable::new(picture.draw(view), registration).await;
            // A drawing that was given up has nothing to say.
            if let Ok(Err(error)) = drawn {
                let said = error.unchecked_into::<js_sys::Object>().to_string();
                picture.status.set_text_content(said.as_string().as_deref());
            }
        });
    }

    async fn draw(&self, view: View) -> Result<(), JsValue> {
        let done = Rc::new(RefCell::new(0));
        let status = self.status.clone();
        let options = CallOptions::new().on_progress(move |_: u32| {
            *done.borrow_mut() += 1;
            status.set_text_content(Some(&format!("{} of {} rows", done.borrow(), view.height)));
        });
        let pool = self.pool.with(&options);
        let mut strips = (0..view.height)
            .step_by(STRIP as usize)
            .map(|first| {
                let rows = STRIP.min(view.height - first);
                let strip = draw::call(&pool, view, first, rows);
                async move { strip.await.map(|pixels| (first, pixels)) }
            })
            .collect::<FuturesUnordered<_>>();
        while let Some((first, Bytes(pixels))) = strips.try_next().await? {
            let image = ImageData::new_with_u8_clamped_array(Clamped(&pixels), view.width)?;
            self.context.put_image_data(&image, 0.0, f64::from(first))?;
        }
        self.status.set_text_content(Some(&format!("{} rows, {:.1e} wide", view.height, view.span)));
        Ok(())
    }
}

/// Lists primes as they come, until there are as many as the field says. Leaving the loop ends the function.
fn list_primes(document: &Document, pool: Pool) -> Result<(), JsValue> {
    let count: HtmlInputElement = element(document, "count")?;
    let list: Element = element(document, "primes")?;
    on(&element::<Element>(document, "list")?, "click", move |_: Event| {
        let (pool, list) = (pool.clone(), list.clone());
        let wanted = count.value_as_number() as usize;
        spawn_local(async move {
            let mut found = Vec::new();
            let mut primes = primes::stream(&pool, u32::MAX).take(wanted);
            let ended = loop {
                match primes.next().await {
                    Some(Ok(prime)) => found.push(prime.to_string()),
                    Some(Err(error)) => break error.to_string(),
                    None => break found.join(" "),
                }
                list.set_text_content(found.last().map(String::as_str));
            };
            list.set_text_content(Some(&ended));
        });
    })
}

fn element<E: JsCast>(document: &Document, id: &str) -> Result<E, JsValue> {
    let found = document.get_element_by_id(id).and_then(|element| element.dyn_into().ok());
    found.ok_or_else(|| js_sys::Error::new(&format!("the page has no such element as #{id}")).into())
}

/// Listens for as long as the page lives.
fn on<E: JsCast + 'static>(
    target: &Element,
    event: &str,
    mut listener: impl FnMut(E) + 'static,
) -> Result<(), JsValue> {
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| listener(event.unchecked_into()));
    target.add_event_listener_with_callback(event, listener.into_js_value().unchecked_ref())
}
