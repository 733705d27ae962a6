/* Keeps a page up with what other people do. The page is right without it, as of when it was loaded.
 *
 * htmx asks the page every other second; 204 means that nothing changed. Otherwise the answer holds every part that
 * keeps up: elements with an id and data-live, the digest of what is in them. A part whose digest differs is taken in,
 * unless somebody is at work in it: the focus, what is typed and what is unfolded stay. Parts inside such a part are
 * taken in by themselves. The children of [data-live-list] come, go and change places by their ids.
 */
(function () {
  'use strict'

  function isTyped (field) {
    if (field.type === 'hidden' || field.type === 'submit' || field.type === 'button') return false
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked
    if (field.type === 'file') return field.files.length > 0
    if (field.options) {
      const first = Array.from(field.options).find(option => option.defaultSelected) || field.options[0]
      return Boolean(first) && field.value !== first.value
    }
    return field.value !== field.defaultValue
  }

  function isBusy (part) {
    return part.contains(document.activeElement) ||
      Array.from(part.querySelectorAll('input, textarea, select')).some(isTyped)
  }

  /* What was unfolded stays so in the part that comes. */
  function unfoldAlike (old, fresh) {
    const folds = fresh.querySelectorAll('details')
    old.querySelectorAll('details').forEach((fold, place) => { if (folds[place]) folds[place].open = fold.open })
  }

  function takeIn (fresh, taken) {
    const old = document.getElementById(fresh.id)
    if (!old || old.dataset.live === fresh.dataset.live || isBusy(old)) return
    unfoldAlike(old, fresh)
    old.replaceWith(fresh)
    taken.push(fresh)
  }

  function follow (id, wanted, taken) {
    const here = document.getElementById(id)
    if (!here) return
    const ids = new Set(wanted.map(one => one.id))
    Array.from(here.children).forEach(one => { if (!ids.has(one.id) && !isBusy(one)) one.remove() })
    let last = null
    wanted.forEach(function (one) {
      let mine = document.getElementById(one.id)
      if (!mine) { mine = one; taken.push(one) }
      const next = last ? last.nextElementSibling : here.firstElementChild
      // Moving an element takes the focus from it, so only what is out of place moves.
      if (mine !== next) here.insertBefore(mine, next)
      last = mine
    })
  }

  function swap (live, fragment) {
    const taken = []
    const news = fragment.querySelector('#live')
    if (!live.isConnected || !news) return taken // the page has gone on meanwhile
    live.setAttribute('hx-vals', news.getAttribute('hx-vals'))
    // Noted before parts leave them for the page.
    const lists = Array.from(fragment.querySelectorAll('[data-live-list]')).map(list => [list.id, Array.from(list.children)])
    // Parts in document order: what lies in a part that was taken in is as new as that.
    Array.from(fragment.querySelectorAll('[data-live]')).forEach(one => {
      if (!taken.some(part => part.contains(one))) takeIn(one, taken)
    })
    lists.forEach(([id, wanted]) => follow(id, wanted, taken))
    return taken
  }

  htmx.defineExtension('live', {
    isInlineSwap: () => false,
    handleSwap: (style, target, fragment) => style === 'live' ? swap(target, fragment) : false
  })

  /* A page that nobody sees does not ask; one that was refused asks no more. */
  document.addEventListener('htmx:beforeRequest', function (event) {
    if (event.detail.elt.id === 'live' && (document.hidden || event.detail.elt.dataset.refused)) event.preventDefault()
  })
  document.addEventListener('htmx:responseError', function (event) {
    if (event.detail.elt.id === 'live' && event.detail.xhr.status < 500) event.detail.elt.dataset.refused = 'yes'
  })
  document.addEventListener('visibilitychange', function () {
    const live = document.getElementById('live')
    if (live && !document.hidden) htmx.trigger(live, 'look')
  })
})()
