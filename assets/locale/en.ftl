# The texts of the interface in English. `src/locale/mod.rs` says how a text is said and how one is added; `zh.ftl` has the
# same ids with the same arguments.
#
# An id tells where a text stands and what it is. What stands in `{ }` comes from the program; `{" "}` keeps a blank at an end.
# Titles of columns and words of the bottom row are short: they must fit 80 cells.

## The keys: what each does, for the help, and its word of the bottom row

bind-global-tab-keys = Keys
bind-global-tab-groups = Groups
bind-global-tab-market = Market
bind-global-tab-chat = Chat
bind-global-tab-usage = Usage
bind-global-tab-verify = Verify
bind-global-next-tab = the next tab
    .hint = tabs
bind-global-previous-tab = the tab before
bind-global-help = the keys of this place
bind-global-command-line = the command line: every action, tab and order by name, with completion
    .hint = command
bind-global-read-only = read-only mode: nothing is changed and nothing is spent; again: as before
bind-global-privacy = privacy mode: keys, amounts and names are covered; again: shown
bind-global-back = one step back: stop a stream, close what is open, leave an input, go up
bind-global-interrupt = cancel; twice within a second: quit
bind-global-redraw = draw the whole screen anew
bind-global-suspend = go back to the shell; fg returns
bind-global-quit = quit
    .hint = quit
bind-global-pick-relay = use another relay, or add one
bind-global-tab-tools = Tools

bind-list-open = open what the cursor is on
    .hint = open
bind-list-back = one step back
bind-list-down = down
bind-list-up = up
bind-list-page-down = a page down
bind-list-page-up = a page up
bind-list-top = to the first
bind-list-bottom = to the last
bind-list-filter = filter as you type
    .hint = filter
bind-list-copy = copy what the cursor is on
    .hint = copy
bind-list-refresh = fetch anew
    .hint = refresh

bind-filter-accept = keep the filter and go to the list
    .hint = keep
bind-filter-back = drop the filter
    .hint = drop
bind-filter-down = down
bind-filter-up = up
bind-filter-page-down = a page down
bind-filter-page-up = a page up

bind-keys-new-key = make a key
    .hint = new
bind-keys-edit-key = change its settings
    .hint = edit
bind-keys-switch = disable it, or enable it again; with marks: those that are marked
    .hint = on/off
bind-keys-copy-key = copy the secret, where it is stored here or the relay shows it again
    .hint = copy key
bind-keys-write-env = write it into a .env file
    .hint = write
bind-keys-replace-key = a lost key: make one with the same settings and disable this one
    .hint = replace
bind-keys-delete = delete the marked keys, or the one under the cursor
    .hint = delete
bind-keys-mark = mark, to delete or switch several
    .hint = mark
bind-keys-models = the models of its group
    .hint = models
bind-keys-hold-key = fetch the secret from the relay and store it here, where the relay shows it again
bind-keys-mark-all = mark all that are shown, or none
bind-keys-sort-name = sort by name; again: the other way round; again: not at all
bind-keys-sort-group = sort by group
bind-keys-sort-left = sort by what is left
bind-keys-sort-used = sort by what was used
bind-keys-sort-expires = sort by expiry
bind-keys-sort-last-used = sort by the last use
bind-keys-sort-status = sort by status

bind-groups-models = its models
    .hint = models
bind-groups-keys = its keys
    .hint = keys
bind-groups-details = its details: how well it works, its last failure, what is behind it
    .hint = details
bind-groups-contact-support = copy a message for the relay's support about its last failure
bind-groups-sort-name = sort by name; again: the other way round; again: not at all
bind-groups-sort-ratio = sort by ratio
bind-groups-sort-models = sort by the number of models
bind-groups-sort-success = sort by measured success

bind-market-copy = copy the exact name
    .hint = copy name
bind-market-chat = chat with it
    .hint = chat
bind-market-cycle-group = show the prices of the next group
    .hint = group
bind-market-filter-by = filter by vendor, endpoint, billing, tag or group
    .hint = filter by
bind-market-only-group = only the models of that group, or all again
    .hint = only group
bind-market-groups = the groups that have it, the best first
    .hint = groups
bind-market-sort-name = sort by name; again: the other way round; again: not at all
bind-market-sort-vendor = sort by vendor
bind-market-sort-input = sort by the price of input
bind-market-sort-output = sort by the price of output
bind-market-sort-context = sort by the length of the context
bind-market-copy-url = copy the full URL it is called on
    .hint = copy URL
bind-market-new-key = make a key for it

bind-detail-down = down
bind-detail-up = up
bind-detail-page-down = a page down
bind-detail-page-up = a page up
bind-detail-top = to the beginning
bind-detail-bottom = to the end
bind-detail-copy = copy the exact name
    .hint = copy name
bind-detail-back = close
    .hint = close

bind-usage-cycle-span = the next span: today, 7 days, 30 days
    .hint = span
bind-usage-cycle-breakdown = the next breakdown: by model, key, group, tool
    .hint = by
bind-usage-disputes = only receipts that are worth a question to the relay, or all again
    .hint = disputes
bind-usage-copy = copy the request's id
    .hint = copy id

bind-verify-open = run it; above ten cents it asks once more
    .hint = run
bind-verify-down = down
bind-verify-up = up
bind-verify-page-down = a page of what was found down
    .hint = more
bind-verify-page-up = a page of what was found up
bind-verify-top = to the first
bind-verify-bottom = to the last
bind-verify-copy = copy what was found
    .hint = copy
bind-verify-refresh = look at costs, checklist and history anew
    .hint = refresh
bind-verify-back = stop what runs
    .hint = stop

bind-chat-write = write
    .hint = write
bind-chat-down = down
bind-chat-up = up
bind-chat-page-down = a page down
bind-chat-page-up = a page up
bind-chat-top = to the beginning
bind-chat-follow = to the end, and follow it
    .hint = follow
bind-chat-retry = ask the last question again, where it brought no whole answer
    .hint = retry
bind-chat-diagnose = find out why an answer failed, rung by rung
    .hint = diagnose
bind-chat-pick-model = choose the model
    .hint = model
bind-chat-pick-key = choose the key
    .hint = key
bind-chat-sessions = the kept sessions: open, rename, write to a file, delete
    .hint = sessions
bind-chat-external-editor = write in your own editor ($VISUAL, $EDITOR)
    .hint = editor
bind-chat-chat-settings = system prompt, temperature, max tokens, thinking, protocol
bind-chat-previous-turn = choose the question before
bind-chat-next-turn = choose the question after
bind-chat-edit-turn = ask the chosen question, or the last, another way; the session so far is kept
    .hint = edit
bind-chat-export = write this session to a file
bind-chat-copy = copy the last answer
    .hint = copy
bind-chat-new-conversation = begin a new conversation
bind-chat-toggle-reasoning = open or fold the model's reasoning
bind-chat-select = the conversation as plain text, to select with the mouse
bind-chat-save-answer = save the last answer in a file here
bind-chat-print-later = print the last answer when you leave
bind-chat-mark-good = mark the answer as good, for its group and model
bind-chat-mark-bad = mark the answer as bad, for its group and model

bind-chat-input-send = send
    .hint = send
bind-chat-input-newline = begin a new line
    .hint = newline
bind-chat-input-back = stop the answer; then leave the input
    .hint = stop
bind-chat-input-follow = to the end of the conversation, and follow it; when following, to the end of the line
bind-chat-input-line-start = to the beginning of the line
bind-chat-input-line-up = a line up
bind-chat-input-line-down = a line down

bind-form-accept = to the next field; on a group: choose from a list; on the button: submit
    .hint = next, submit
bind-form-next-field = the next field
bind-form-previous-field = the field before
bind-form-newline = begin a new line, in a text of many lines
bind-form-next-choice = the next choice of this field; so do Right and Space
bind-form-previous-choice = the choice before; so does Left
bind-form-list-choices = in a field of models or groups: choose from a list
bind-form-back = leave; nothing is sent
    .hint = leave

bind-confirm-yes = yes, do it
    .hint = yes
bind-confirm-no = no
    .hint = no

bind-help-back = close
    .hint = close
bind-help-down = down
bind-help-up = up
bind-help-page-down = a page down
bind-help-page-up = a page up
bind-help-top = to the beginning
bind-help-bottom = to the end

bind-first-run-open = through this door
    .hint = go in
bind-first-run-down = the next door
    .hint = next
bind-first-run-up = the door before
bind-first-run-first-door = the relay inside
bind-first-run-second-door = a relay with a key
bind-first-run-third-door = log in to a relay

bind-closed-refresh = try again
    .hint = try again
bind-closed-pick-relay = use another relay, or add one
    .hint = another relay

bind-secret-copy = copy the key
    .hint = copy
bind-secret-write-env = write it into a .env file
    .hint = write to .env
bind-secret-back = close; without having copied it asks once
    .hint = close

bind-picker-accept = choose it
    .hint = choose
bind-picker-mark = mark, where several can be chosen
    .hint = mark
bind-picker-down = down
bind-picker-up = up
bind-picker-page-down = a page down
bind-picker-page-up = a page up
bind-picker-back = leave it as it was
    .hint = leave

bind-sessions-accept = open it
    .hint = open
bind-sessions-rename = give it a name
    .hint = rename
bind-sessions-export = write it to a file
    .hint = export
bind-sessions-delete = delete it
    .hint = delete
bind-sessions-new-conversation = begin a new one
    .hint = new
bind-sessions-down = down
bind-sessions-up = up
bind-sessions-page-down = a page down
bind-sessions-page-up = a page up
bind-sessions-back = leave the list
    .hint = leave

bind-command-accept = do it
    .hint = do it
bind-command-next-choice = complete it: the next candidate
    .hint = complete
bind-command-previous-choice = the candidate before
bind-command-line-up = the line entered before
    .hint = history
bind-command-line-down = the line entered after
bind-command-back = leave it
    .hint = leave

bind-side-take-left = take the left answer into the session
    .hint = left
bind-side-take-right = take the right answer into the session
    .hint = right
bind-side-down = down
bind-side-up = up
bind-side-page-down = a page down
bind-side-page-up = a page up
bind-side-top = to the beginning
bind-side-follow = to the end, and follow it
bind-side-back = stop the answers; then close without taking either
    .hint = stop, close

bind-global-wallet = the wallet, and all relays side by side

bind-wallet-redeem = redeem a code
    .hint = redeem a code
bind-wallet-top-up = order a top-up, to be paid on the relay's page
    .hint = top up
bind-wallet-copy-url = copy the address of the relay's shop
    .hint = copy the shop
bind-wallet-refresh = look again
    .hint = look again

bind-link-copy = copy its address
    .hint = copy the address
bind-link-back = close
    .hint = close

bind-offer-down = the next answer
bind-offer-up = the answer before
bind-offer-accept = give the chosen answer
    .hint = answer
bind-offer-back = not now
    .hint = not now

bind-tools-open = set the tool up, the difference first; show the sample, or the link
    .hint = set up
bind-tools-undo = take the latest setup of the tool back, the difference first
    .hint = undo
bind-tools-check = make one tiny call through what the tool uses
    .hint = does it work?
bind-tools-copy = copy the address in the form the tool wants, the sample, or the link
    .hint = copy

## The places that have keys

place-global = Everywhere
place-list = In a list
place-filter = While filtering
place-keys = Keys
place-groups = Groups
place-market = Market
place-usage = Usage
place-verify = Verify
place-tools = Tools
place-chat = Chat
place-chat-input = While writing
place-form = In a form
place-confirm = A question
place-help = Help
place-first-run = First run
place-closed = No relay is open
place-detail = A detail
place-secret = A new key
place-picker = Choosing
place-sessions = Sessions
place-command = The command line
place-side = Side by side
place-wallet = Wallet
place-link = A page elsewhere
place-offer = Found on this machine

## Figures
figure-minutes = { $minutes } min
figure-never = never
figure-ago = { $span } ago
figure-in = in { $span }
figure-time-out-of-range = a time out of range
figure-no-data = no data
figure-all-of = all of { $count } { $requests ->
    [one] request
   *[other] requests
 }
figure-part-of = { $whole }.{ $tenth } % of { $count } { $requests ->
    [one] request
   *[other] requests
 }
figure-speed-tenths = { $whole }.{ $tenth } tok/s
figure-speed = { $tokens } tok/s
figure-a-call = { $price } a call
figure-tiered = tiered

## The screen: the first rows, the tabs, pages without a tab

screen-small = relaydeck needs { $width }x{ $height }; this is { $has_width }x{ $has_height }
deck-read-only = read-only{" "}
deck-private = private{" "}
deck-opening = {" "}opening { $name }
deck-not-open = {" "}{ $name } is not open
deck-out-of-reach = {" "}out of reach
deck-group = {"  "}group{" "}
deck-wallet-empty = { $rest } is empty: top up
deck-wallet = {"   "}wallet{" "}
deck-today = {"   "}today{" "}
deck-tokens = {"   "}{ $tokens } tok
deck-help = {" "}help{" "}
hint-read = read
hint-copy = copy
page-starting = { $working } starting
page-opening = {" "}{ $working } opening { $name }
page-not-opened = { $name } could not be opened
fault-status = {" "}(HTTP { $status })
fault-request = request { $id }
page-not-open-ways = r tries again, P uses another relay or adds one, q quits.
first-run-welcome = Welcome. Which relay shall this be the deck of?
first-run-promise = Nothing is sent anywhere before you go through a door. P adds and changes relays at any time later.
first-run-inside-title = Start with the relay inside
first-run-inside-about = no account, no network, nothing to pay: 10 USD of play money and two built-in models
first-run-key-title = Use a relay with a key
first-run-key-about = paste its address and a key: models, prices where they are public, chat, what each answer costs
first-run-login-title = Log in to a relay
first-run-login-about = by token, password or a new account: also your keys, groups and wallet
tab-keys = Keys
tab-groups = Groups
tab-market = Market
tab-chat = Chat
tab-usage = Usage
tab-verify = Verify
tab-tools = Tools

## Messages that pass, in the last row

saved-in = { $what } is in { $path }
saved-not = could not save { $what }: { $why }
read-only-refused = read-only mode changes and spends nothing
read-only-advice = ^R ends it
copied-sent = { $what } { $words }
copied-not = could not copy { $what }: { $why }
copied-key = the key
copied-key-secret = the key's secret
copied-tool-address = the address in the form this tool wants
copied-sample = the sample
copied-link = the link
copied-answer = the answer
copied-group-name = the group's name
copied-key-name = the key's name
copied-model-name = the exact name
copied-url = the URL
copied-request-id = the request's id
copied-findings = what was found
copied-support = a message for the relay's support
chat-picture-goes = { $name } goes with the next question
relay-added = { $name } was added
relay-added-mended = { $name } was added; this was put right
engine-busy = busy: too many things are waiting to be done
engine-busy-advice = try again in a moment
engine-ended = the engine behind this screen has ended
engine-ended-advice = what you see is kept; quit and start relaydeck again
read-only-refused-whole = read-only mode changes and spends nothing; ^R ends it
read-only-on = read-only: nothing is changed and nothing is spent
read-only-off = read-only mode ended
quit-once-more = ^C once more quits
key-saved = { $name } was saved
key-secret-kept = its secret is stored in { $place }: it can be chatted with
env-written = written to { $file }
env-was-open = , which others could read until now
key-deleted-some = { $message } ({ $done } deleted)
keys-deleted = { $done ->
    [one] the key was deleted
   *[other] { $done } keys were deleted
 }
keys-switched = { $done ->
    [one] the key is { $enabled ->
        [yes] enabled
       *[no] disabled
     }
   *[other] { $done } keys are { $enabled ->
        [yes] enabled
       *[no] disabled
     }
 }
keys-switched-some = { $message } ({ $done } { $enabled ->
    [yes] enabled
   *[no] disabled
 })
list-found = { $shown } of { $total }
list-fetching = { $gap }{ $working } fetching
list-old = {"  "}{ $age } old
list-try-again = r tries again
list-no-match = Nothing matches; Esc drops the filter.

## The terminal: copying, editing, a terminal that cannot be used

copy-too-long = { $size } kB is more than a terminal's clipboard takes (100 kB); in the chat M-s saves it in a file, M-p prints it when you leave, M-v shows it to select
copy-nothing = there is nothing to copy
copy-sent-tmux = is in tmux's buffer and was sent to the terminal
copy-sent = was sent to the terminal
editor-lost = { $command } was lost: { $error }; nothing was changed
editor-not-found = { $command } was not found; set EDITOR to an editor that is there. Nothing was changed
editor-failed = { $command } ended with { $status }; nothing was changed
editor-unreadable = what { $command } wrote cannot be read: { $error }
editor-no-text = what { $command } wrote is no text in UTF-8; nothing was changed
editor-not-started = { $command } cannot be started: { $error }
editor-gone = the editor was lost; nothing was changed
select-back = {"\u000A"}-- Enter brings relaydeck back --{"\u000A"}
terminal-unusable = the terminal cannot be used: { $why }
terminal-unusable-advice = try again in another terminal; relaydeck chat needs no screen
terminal-none = the dashboard needs a terminal, and its { $side } is not one
terminal-no-cursor = the dashboard needs a terminal that can move its cursor, and TERM={ $term } says that this one cannot
terminal-none-advice = everything works without one: relaydeck chat, keys, models, usage, channels, profiles, serve; --help lists them, --json is for programs
terminal-no-cursor-advice = set TERM to what the terminal is, for example xterm-256color; or use relaydeck chat, keys, models, usage, which need no screen
terminal-input = input
terminal-output = output

## The wallet, and pages elsewhere

copied-shop = the shop's address
wallet-no-relay = no relay is open
wallet-no-payments = this relay takes no payments through its API
wallet-no-shop = this relay names no shop of its own
wallet-redeemed = { $amount } was added to the wallet
wallet-order-price = It costs { $price }, paid on the relay's page.
wallet-order-number = Order { $number }
wallet-order-later = The balance moves once the relay has the money; r in the wallet looks again.
wallet-order-title = Pay on the relay's page
register-there = This relay makes accounts on its own page only.
register-there-then = Make one there; then close this, choose "a password" and log in.
register-there-title = Make an account on the relay's page
link-code-rows = { $count ->
    [one] A terminal with one more row has room for a code that a phone reads.
   *[other] A terminal with { $count } more rows has room for a code that a phone reads.
 }
wallet-redeem-title = Redeem a code
wallet-redeem-code = Code
wallet-redeem-code-hint = as you got it; it works once
wallet-redeem-send = Redeem it
wallet-order-amount-hint = whole dollars of quota
wallet-order-form = Top up the wallet
wallet-order-amount = Amount
wallet-order-method = Paid by
wallet-order-method-hint = you pay on the relay's page, never here
wallet-order-send = Get the link
wallet-redeem-empty = paste the code
wallet-order-amount-wrong = a whole number of dollars, like 10
wallet-order-amount-suggested = whole dollars of quota; suggested: { $amounts }
wallet-order-least = this way takes { $least } at least
wallet-account-unknown = The account is not known yet; r asks again.
wallet-key-only = This relay was added with a key only: its wallet cannot be seen. P adds it with an account.
wallet-account = Account
wallet-group = Group
wallet-balance = Balance
wallet-used = Used
wallet-requests = Requests
wallet-ways = To fill it
wallet-way-code = c redeems a code
wallet-way-none = the relay names no way; ask whoever runs it
wallet-came-in = What came in
wallet-came-in-nothing = nothing yet
wallet-empty-warning = { $sign } nothing is sent while it is empty: top up below
wallet-fetching = { $sign } fetching
wallet-way-online = t pays online: { $methods }
wallet-way-shop = u copies the address of its shop: { $address }
wallet-came-in-more = and { $count } more: relaydeck wallet history
wallet-relays = Your relays side by side
wallet-relays-no-model = not there
wallet-relays-tiers = by tiers
wallet-relays-looking = { $sign } looking at each of them
wallet-relays-prices = { $model }, in dollars per million tokens:
wallet-relays-per-token = { $input } in { $output } out
wallet-relays-per-call = { $price } a call
wallet-relays-group = { $prices }, in { $group }
wallet-title = Wallet and relays

## What was found on this machine

offer-title = Use { $name } for the relay inside?
offer-found = Found on this machine: { $found }
offer-where = { $address }, speaks { $kind }, { $credential }
offer-no-key = no key
offer-consequence = Used, it is asked for its models, and they stand in the marketplace; what you ask of them then goes there, on its account. Nothing was sent to it yet.
offer-not-now = not now; ask again at the next start
offer-use = use it
offer-never = never offer it again
offer-asking = { $name } is asked for its models
offer-declined = { $name } is not offered again; relaydeck channels offers shows it
offer-later = nothing was used; it is offered again at the next start
offer-taken = { $name } is a channel now: { $count ->
    [one] one model, { $models }
   *[other] { $count } models, { $models }
 }

## The user's own marks

mark-nothing = there is no answer to mark
mark-no-group = the group of this answer is not known, so it cannot be marked
mark-good = marked as good: { $model } in { $group }
mark-bad = marked as bad: { $model } in { $group }
mark-sums = { $good } good, { $bad } bad
mark-label = Your marks
mark-none = none yet; + and - in the chat mark an answer
