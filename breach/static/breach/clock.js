/* Keeps the remaining time moving. The page is right without it.
 *
 * The server sends the whole seconds that were left when it made the page (data-left). From there on only
 * performance.now() is asked, which neither drifts with the computer's clock nor jumps when somebody sets it.
 * A page that slept is read again on waking, since performance.now() may stand still while a laptop sleeps.
 */
(function () {
  'use strict'

  const DAY = 86400
  const HOUR = 3600
  const MINUTE = 60
  const SLEPT = 90000
  const started = new WeakMap()

  function fill (pattern, values) {
    return pattern.replace(/%\((\w+)\)[ds]/g, (whole, name) => String(values[name]))
  }

  function span (seconds, words) {
    const parts = {
      days: Math.floor(seconds / DAY),
      hours: Math.floor(seconds % DAY / HOUR),
      minutes: Math.floor(seconds % HOUR / MINUTE)
    }
    const largest = parts.days ? 'wordDays' : parts.hours ? 'wordHours' : parts.minutes ? 'wordMinutes' : 'wordMoment'
    return fill(words[largest], parts)
  }

  function state (left, pressing) {
    return left < 0 ? 'late' : left <= pressing ? 'pressing' : 'running'
  }

  function show (clock, now) {
    if (!started.has(clock)) started.set(clock, now)
    const left = Number(clock.dataset.left) - Math.floor((now - started.get(clock)) / 1000)
    const text = clock.querySelector('[data-clock-text]')
    const words = text.dataset
    const said = fill(left < 0 ? words.wordLate : words.wordLeft, { span: span(Math.abs(left), words) })
    if (text.textContent !== said) text.textContent = said
    const current = state(left, Number(clock.dataset.pressing))
    for (const name of ['running', 'pressing', 'late']) clock.classList.toggle('clock-' + name, name === current)
  }

  function tick () {
    const now = performance.now()
    document.querySelectorAll('[data-clock]').forEach(clock => show(clock, now))
  }

  let last = Date.now()
  function wake () {
    // The wall clock is only used to notice a sleep, never to tell the time.
    const now = Date.now()
    if (now - last > SLEPT && document.querySelector('[data-clock]') && !document.querySelector('form :focus')) {
      window.location.reload()
    }
    last = now
  }

  tick()
  setInterval(function () { wake(); tick() }, 1000)
})()
