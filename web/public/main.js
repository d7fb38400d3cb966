// The page: a list of polls, and one poll with live bars. Plain DOM, no build; texts go in by textContent only.
const RECONNECT_WITHIN_MS = 5_000 // the contract's advice on 1012: come back after a random 0 to 5 s
const main = document.getElementById('main')
const themesNav = document.getElementById('themes')

const element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children)
  return node
}

const getJson = async (path, options) => {
  const response = await fetch(path, options)
  const body = await response.json()
  if (!response.ok) throw new Error(body.detail ?? body.title)
  return body
}

const showProblem = (error) =>
  main.replaceChildren(element('p', { textContent: `That did not work: ${error.message}` }))

const showThemes = async (chosen) => {
  const themes = Object.entries(await getJson('/themes'))
  const link = (label, hash, pressed) => {
    const button = element('button', {
      type: 'button',
      textContent: label,
      onclick: () => (location.hash = hash),
    })
    button.setAttribute('aria-pressed', String(pressed))
    return button
  }
  themesNav.replaceChildren(
    link('All', '', chosen === undefined),
    ...themes.map(([key, { name, icon, poll_count: polls }]) =>
      link(`${icon} ${name} (${polls})`, `theme/${key}`, key === chosen),
    ),
  )
}

const showList = async (theme) => {
  await showThemes(theme)
  const polls = await getJson(theme ? `/themes/${encodeURIComponent(theme)}/polls` : '/polls')
  const card = (poll) =>
    element(
      'button',
      { type: 'button', className: 'card', onclick: () => (location.hash = `poll/${poll.id}`) },
      poll.question,
      element('div', { className: 'quiet', textContent: `${poll.options.length} options` }),
    )
  main.replaceChildren(
    ...(polls.length > 0 ? polls.map(card) : [element('p', { textContent: 'No polls yet.' })]),
  )
}

/** Watches a poll until the returned function is called; comes back by itself. */
const watch = (pollId, onResults, onState) => {
  let socket
  let timer
  let stopped = false
  let newest = -1 // another replica may stand a moment behind: what was shown never goes back
  const connect = () => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    socket = new WebSocket(`${scheme}://${location.host}/polls/${pollId}/stream`)
    socket.onmessage = ({ data }) => {
      const results = JSON.parse(data)
      if (results.version < newest) return
      newest = results.version
      onResults(results)
    }
    socket.onclose = () => {
      if (stopped) return
      onState('Reconnecting …')
      timer = setTimeout(connect, Math.random() * RECONNECT_WITHIN_MS)
    }
  }
  connect()
  return () => {
    stopped = true
    clearTimeout(timer)
    socket.close()
  }
}

/** Votes under one key until the answer is definitive, for at most a minute: however often it is sent, it counts once. */
const vote = async (pollId, choice, key, onWaiting) => {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key }
  const giveUpAt = Date.now() + 60_000
  for (;;) {
    const response = await fetch(`/polls/${pollId}/vote`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ choice }),
    }).catch(() => undefined)
    if (response?.status === 200) return
    const mayChange = response === undefined || [202, 429, 503, 504].includes(response.status)
    if (!mayChange) throw new Error((await response.json()).detail)
    if (Date.now() > giveUpAt)
      throw new Error('VoteStream could not be reached; whether the vote was counted is not known')
    onWaiting()
    const seconds = Number(response?.headers.get('Retry-After') ?? 1)
    await new Promise((resolve) => setTimeout(resolve, (seconds + Math.random()) * 1_000))
  }
}

const showPoll = async (pollId) => {
  const poll = await getJson(`/polls/${pollId}`)
  const state = element('p', { className: 'quiet', textContent: 'Waiting for the first result …' })
  const rows = poll.options.map(({ index, text }) => {
    const count = element('span', { className: 'quiet' })
    const bar = element('progress', { max: 1, value: 0 })
    bar.setAttribute('aria-label', `Share of ${text}`)
    const cast = async () => {
      const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`
      button.disabled = true
      try {
        await vote(pollId, index, key, () => (state.textContent = 'Your vote is on its way …'))
      } catch (error) {
        state.textContent = `Your vote: ${error.message}`
      }
      button.disabled = false
    }
    const button = element(
      'button',
      { type: 'button', onclick: cast },
      element('span', { textContent: text }),
      count,
    )
    return { count, bar, node: element('div', { className: 'option' }, button, bar) }
  })
  main.replaceChildren(element('h2', { textContent: poll.question }), ...rows.map(({ node }) => node), state)

  const onResults = ({ total_votes: total, options, as_of: asOf, stale }) => {
    options.forEach(({ index, votes }) => {
      rows[index].bar.value = total > 0 ? votes / total : 0
      rows[index].count.textContent =
        `${votes.toLocaleString()} (${total > 0 ? Math.round((100 * votes) / total) : 0} %)`
    })
    const time = new Date(asOf).toLocaleTimeString()
    state.classList.toggle('stale', stale)
    state.textContent = `${total.toLocaleString()} votes, ${stale ? 'last confirmed' : 'as of'} ${time}`
  }
  return watch(pollId, onResults, (text) => (state.textContent = text))
}

let leave = () => undefined
const route = async () => {
  leave()
  leave = () => undefined
  const [kind, value] = location.hash.slice(1).split('/')
  try {
    if (kind === 'poll') leave = await showPoll(value)
    else await showList(kind === 'theme' ? decodeURIComponent(value) : undefined)
  } catch (error) {
    showProblem(error)
  }
}

addEventListener('hashchange', route)
void route()
