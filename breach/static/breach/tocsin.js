/* Small comforts; every page works without them. */
(function () {
  'use strict'

  const PREFIX = 'tocsin-draft:'

  function fields (form) {
    return Array.from(form.elements).filter(field =>
      field.name && field.name !== 'csrfmiddlewaretoken' && !['password', 'file', 'hidden', 'submit', 'button'].includes(field.type))
  }

  function read (field) {
    return field.type === 'checkbox' || field.type === 'radio' ? field.checked : field.value
  }

  function write (field, value) {
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = value
    else field.value = value
  }

  function slot (field) { return field.type === 'radio' || field.type === 'checkbox' ? field.name + '=' + field.value : field.name }

  /* Typed text survives a reload or a lost connection. It stays in this tab and goes with it, or at sign-out. */
  function keepDraft (form) {
    if (form.dataset.draftKept) return
    form.dataset.draftKept = 'yes'
    const key = PREFIX + form.dataset.keepDraft
    const kept = sessionStorage.getItem(key)
    if (kept && !form.querySelector('.error-summary')) {
      const values = JSON.parse(kept)
      fields(form).forEach(field => { if (slot(field) in values) write(field, values[slot(field)]) })
    }
    form.addEventListener('input', function () {
      const values = {}
      fields(form).forEach(field => { values[slot(field)] = read(field) })
      sessionStorage.setItem(key, JSON.stringify(values))
    })
  }

  /* A draft goes once the server has answered without refusing: the next page does not hold the same form in error. */
  function forgetSent () {
    const sent = sessionStorage.getItem('tocsin-sent')
    sessionStorage.removeItem('tocsin-sent')
    if (sent && !document.querySelector('.error-summary')) sessionStorage.removeItem(PREFIX + sent)
  }

  function forgetAll () {
    Object.keys(sessionStorage).filter(key => key.startsWith(PREFIX)).forEach(key => sessionStorage.removeItem(key))
  }

  function prepare (root) {
    root.querySelectorAll('form[data-keep-draft]').forEach(keepDraft)
    const summary = root.querySelector('[data-focus]')
    if (summary) summary.focus()
  }

  document.addEventListener('submit', function (event) {
    const form = event.target
    if (form.matches('[data-forget-drafts]')) forgetAll()
    else if (form.dataset.keepDraft && !form.hasAttribute('hx-post')) sessionStorage.setItem('tocsin-sent', form.dataset.keepDraft)
  })

  function forgetEntered (form, isEntered) {
    if (isEntered && form.dataset && form.dataset.keepDraft) sessionStorage.removeItem(PREFIX + form.dataset.keepDraft)
  }

  /* Before the answer takes the form's place: the new form would bring back what has just been entered. */
  document.addEventListener('htmx:beforeSwap', event => forgetEntered(event.detail.requestConfig.elt, !event.detail.isError))
  document.addEventListener('htmx:afterRequest', event => forgetEntered(event.detail.elt, event.detail.successful))

  /* A failed request says so once, above the content. */
  function say (id) {
    const place = document.getElementById('messages')
    const words = document.getElementById(id)
    if (place && words && !place.querySelector('[data-said="' + id + '"]')) {
      place.append(words.content.cloneNode(true))
      place.lastElementChild.dataset.said = id
    }
  }

  document.addEventListener('htmx:sendError', () => say('connection-lost'))
  document.addEventListener('htmx:responseError', event => { if (event.detail.xhr.status !== 422) say('request-refused') })
  document.addEventListener('htmx:load', event => prepare(event.detail.elt))

  /* A press of n goes to the quick add, wherever the page has one. */
  document.addEventListener('keydown', function (event) {
    const typing = event.target.closest('input, textarea, select, [contenteditable]')
    if (event.key !== 'n' || typing || event.ctrlKey || event.metaKey || event.altKey) return
    const field = document.querySelector('[data-quick-add]')
    if (field) { event.preventDefault(); field.focus() }
  })

  /* A link to a fact leads into its field: its section opens, and what is typed next goes there. */
  function openAsked () {
    const place = location.hash.startsWith('#fact-') && document.getElementById(location.hash.slice(1))
    if (!place) return
    const section = place.closest('details')
    if (section) section.open = true
    const field = place.querySelector('select, textarea, input:not([type=hidden])')
    place.scrollIntoView()
    if (field) field.focus({ preventScroll: true })
  }
  window.addEventListener('hashchange', openAsked)
  /* The browser itself puts the focus on the place of the link once the page is loaded: go after it. */
  window.addEventListener('load', () => requestAnimationFrame(openAsked))

  /* A press puts a placeholder or a condition where the writing last was. */
  let written = null
  document.addEventListener('focusin', event => { if (event.target.matches('textarea, input[type=text]')) written = event.target })
  document.querySelectorAll('[data-insert]').forEach(button => { button.hidden = false })
  document.addEventListener('click', function (event) {
    const button = event.target.closest('[data-insert]')
    if (!button) return
    const form = document.getElementById(button.dataset.into)
    const field = written && form.contains(written) ? written : form.querySelector('textarea')
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, 'end')
    field.focus()
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })

  /* One open menu at a time; Escape and a click elsewhere close it. */
  function closeMenus (except) {
    document.querySelectorAll('details.menu[open]').forEach(menu => { if (menu !== except) menu.open = false })
  }
  document.addEventListener('click', event => closeMenus(event.target.closest('details.menu')))
  document.addEventListener('keydown', function (event) {
    const menu = event.key === 'Escape' && document.querySelector('details.menu[open]')
    if (menu) { menu.open = false; menu.querySelector('summary').focus() }
  })

  /* The tab of this page comes into view on a narrow screen. */
  const here = document.querySelector('.tabs [aria-current]')
  if (here) { const list = here.closest('ul'); list.scrollLeft = here.offsetLeft - list.clientWidth / 2 + here.clientWidth / 2 }

  /* Printing opens what is folded, and folds it again. */
  let folded = []
  window.addEventListener('beforeprint', function () {
    folded = Array.from(document.querySelectorAll('main details:not([open])'))
    folded.forEach(details => { details.open = true })
  })
  window.addEventListener('afterprint', () => folded.forEach(details => { details.open = false }))

  document.querySelectorAll('[data-print]').forEach(button => {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  })

  forgetSent()
  prepare(document)
})()
