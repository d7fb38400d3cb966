// The entry of `npm start`, `npm test` and `npm run check`, on a clone where nothing has been installed yet.
// Old syntax and no static imports here: a Node that is too old must get as far as the message.
var NEEDED = [20, 19]
var found = process.versions.node.split('.').map(Number)

if (found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1])) {
  console.error(
    'VoteStream needs Node.js ' +
      NEEDED.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      '. See https://nodejs.org',
  )
  process.exit(1)
}

import('./scripts/bootstrap.mjs')
  .then(function (module) {
    return module.bootstrap(process.argv.slice(2))
  })
  .catch(function (error) {
    console.error(error.expected ? error.message : error)
    process.exit(1)
  })
