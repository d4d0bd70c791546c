/** What an element has beside its attributes. */
export interface State {
  value?: string;
  checked?: boolean;
  indeterminate?: boolean;
  /** Indices of a select's options. */
  selected?: number[];
  /** CSS pixels from the left and the top. */
  scroll?: [number, number];
}

/** Autofill's fields (HTML, "autofill") that are nobody's business. */
const SECRET = /(?:^|\s)(?:off|one-time-code|(?:current|new)-password|cc-[\w-]+)(?:\s|$)/i;

/** Whether a control's value must not be kept. */
export function isSecret(control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): boolean {
  if (control.type === "password" || control.type === "file") return true;
  return SECRET.test(control.getAttribute("autocomplete") ?? control.form?.getAttribute("autocomplete") ?? "");
}

/** The state of an element, if it has one that its attributes do not say. */
export function stateOf(element: Element): State | undefined {
  const state: State = {};
  if (element instanceof HTMLInputElement && !isSecret(element)) {
    const { checked, defaultChecked, value, defaultValue, indeterminate } = element;
    if (checked !== defaultChecked) state.checked = checked;
    if (indeterminate) state.indeterminate = true;
    if (value !== defaultValue && !/^(?:checkbox|radio|hidden)$/.test(element.type)) state.value = value;
  } else if (element instanceof HTMLTextAreaElement && !isSecret(element)) {
    if (element.value !== element.defaultValue) state.value = element.value;
  } else if (element instanceof HTMLSelectElement && !isSecret(element)) {
    const options = [...element.options];
    if (options.some(({ selected, defaultSelected }) => selected !== defaultSelected)) {
      state.selected = options.flatMap(({ selected }, i) => (selected ? [i] : []));
    }
  }
  if (element.scrollLeft !== 0 || element.scrollTop !== 0) state.scroll = [element.scrollLeft, element.scrollTop];
  return Object.keys(state).length > 0 ? state : undefined;
}

/** Gives an element its state, once it is in its document. */
export function applyState(element: Element, { value, checked, indeterminate, selected, scroll }: State): void {
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    if (value !== undefined) element.value = value;
  }
  if (element instanceof HTMLInputElement) {
    if (checked !== undefined) element.checked = checked;
    if (indeterminate !== undefined) element.indeterminate = indeterminate;
  }
  if (element instanceof HTMLSelectElement && selected) {
    for (const [i, option] of [...element.options].entries()) option.selected = selected.includes(i);
  }
  if (scroll) element.scrollTo({ left: scroll[0], top: scroll[1], behavior: "instant" });
}
