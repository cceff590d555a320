"""Sentences: what the people of the invented subreddit say, in the manner of the real one.

All were written for it, none is Reddit's; the tickers are invented too.
"""

# those that readers vote up: a joke at one's own cost, a position, a reason
LIKED = (
    "Bought {ticker} {strike} at the top, averaged down twice, now I own the bottom too.",
    "I read the {ticker} filing: they lose {money} on {thing} and make it up in volume.",
    "My {ticker} calls expire {day}, and so does {who}'s patience.",
    "Position: {count} {ticker} {strike}, cost {money}, current value one warm soda.",
    "Told {who} I had diversified: I own the calls AND the shares.",
    "{ticker} can stay irrational longer than {who} can stay in this house.",
    "Up {percent} and I still check the app in the shower.",
    "Sold {ticker} at a loss on {day}. It ripped {percent} before I had closed the app.",
    "The thesis: {ticker} makes {thing}, everybody needs {thing}, nobody looked at the margins.",
    "If {ticker} closes above {price} on {day} I will eat {thing} on camera.",
    "Somebody bought {count},000 of the {strike}. Somebody knows something, and it is not me.",
    "My broker sent me a thank-you card. That is how I know.",
    "I don't panic sell. I panic buy, which is worse.",
    "Gains are temporary, the screenshot is forever.",
    "{ticker} reports {day}; the implied move is {percent}, the last four were twice that.",
    "Turned {money} into a story I tell at parties.",
    "Theta on these weeklies eats more than my kids.",
    "Every time {who} buys {ticker}, it drops. He bought this morning, so puts it is.",
    "I have been early so often that it counts as wrong.",
    "{price} held {count} times. I drew the line in crayon, but it held.",
    "Portfolio down {percent}, cholesterol up. Hedged.",
    "Cheaper than therapy.",
    "RIP my {ticker} calls.",
)
PLAIN = (
    "Anyone else holding {ticker} into {day}?",
    "What is everybody's exit on {ticker}?",
    "{ticker} is flat again, wake me at {price}.",
    "I got {count} shares of {ticker} at {price}.",
    "Futures look calm so far.",
    "Is {ticker} worth a look after a drop of {percent}, or is there more to come?",
    "Volume is dead today.",
    "Watching {ticker} at the open, might take a few {strike} if it dips first.",
    "Closed my {ticker} puts for {percent}, fine with that.",
    "Does anyone know when {ticker} reports?",
    "Thinking about rolling my {strike} out to next month.",
    "Spreads are wide this early, use limits.",
    "Same here, {count} contracts and a lot of hope.",
    "Power hour might be interesting.",
    "I would wait until {day}, the premium is silly right now.",
    "Green by {day} or I am out.",
    "The gap around {price} still has to fill.",
    "Sitting in cash until the meeting on {day}.",
    "Pre-market says up {percent}, so it opens red.",
    "Who is selling {ticker} at these prices?",
    "At what price?",
    "Makes sense.",
    "Not yet.",
)
IGNORED = (
    "{ticker} to the moon, buy now before it is too late!!!",
    "guys is it too late to buy {ticker}",
    "follow my page for free {ticker} signals every {day}",
    "just buy {ticker} bro trust me",
    "why is {ticker} down someone explain",
    "upvote if you hold {ticker}",
    "this is not fair they cheat us every single {day}",
    "stop selling!!! we hold to {price} and not a cent less",
    "check my profile, {percent} win rate, guaranteed",
    "can someone tell me what a call is",
    "{ticker} scam {ticker} fraud wake up people",
    "only up from here, no way it drops below {price} again",
    "what do I buy with {money}",
    "told you all so but nobody ever listens to me",
    "wen moon",
    "first",
    "this",
    "lol",
)
SHORTEST = ("F", "no", "🚀", "ok", "yes")

# with the flair that goes with them
TITLES = (
    ("YOLO", "{money} in {ticker} {strike}, see you on {day}"),
    ("YOLO", "{ticker} YOLO update: {count} contracts, {day} expiry, no exit plan"),
    ("DD", "{ticker} DD: why whoever sells {thing} is worth {price} a share"),
    ("DD", "The case against {ticker}: {count} red flags in one filing about {thing}"),
    ("Discussion", "What are your moves for {day}?"),
    ("Discussion", "{ticker} earnings on {day}: who is in, and with what?"),
    ("Gain", "{money} to pay off {who}, thank you {ticker}"),
    ("Gain", "Up {percent} on {ticker} and I have no idea why"),
    ("Loss", "{ticker} took {money} from me in {count} minutes"),
    ("Loss", "Down {percent} this month. {ticker} was the safe one"),
    ("News", "{ticker} recalls {thing} sold since {day}, shares drop {percent}"),
    ("News", "{ticker} to report on {day}, options price a move of {percent}"),
    ("Shitpost", "I asked {who} for stock tips and now I own {count} {ticker} {strike}"),
    ("Meme", "{ticker} holders watching {price} come and go"),
    ("Meme", "Me explaining {ticker} to {who}"),
    (None, "{ticker} support line at {price}, drawn by {who}"),
)

WORDS = {
    "ticker": (
        *("$ZORB", "$QUXX", "$SNRK", "$FLMP", "$GLUB", "$WOBL", "$KRZT", "$BLRG", "$DNGL"),
        *("ZORB", "QUXX", "SNRK"),
    ),
    "strike": ("15p", "20c", "42c", "69c", "80p", "110c", "420c"),
    "price": ("$3", "$17.50", "$42", "$69", "$101", "$420"),
    "money": ("$300", "$1,200", "$4k", "$11,000", "$25k", "$87,000"),
    "percent": ("3%", "8%", "12%", "40%", "62%", "94%"),
    "count": ("2", "7", "12", "25", "60", "400"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "who": ("my wife", "my landlord", "my barber", "my cat", "my dentist", "my brother-in-law"),
    "thing": ("toasters", "garden gnomes", "left shoes", "canned soup", "used ladders", "kazoos"),
}
EMOJI = ("🚀", "💎", "🙌", "🐻", "🐂", "📈", "📉", "🌈", "🦍", "🤡", "💀", "😂", "🖨️", "🍗")
