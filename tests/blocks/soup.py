"""Bodies as customers, mail programs and attackers send them, and as many broken ones as a test asks for."""

import random

WHOLE = [
    "<p>Hi <b>Ann</b>,<br>how are <i>you</i>?</p><ul><li>one</li><li>two<ol start=3><li>a</li></ol></li></ul>",
    (
        '<div dir="ltr">Thanks!<div class="quote"><div>On Tue, Nov 18, 2026 at 9:00 AM Ann Lee &lt;<a href="mailto:'
        'ann@lee.example">ann@lee.example</a>&gt; wrote:<br></div><blockquote><div>Where is it?</div><blockquote>older'
        "</blockquote></blockquote></div></div>"
    ),
    "<pre>Traceback:\n  File 'x', line 1\n\n    raise</pre><p><code>x = 1</code> and <s>old</s> <em>new</em></p>",
    '<a href="https://evil.example/?to=ann@lee.example">https://bank.example</a> <a href="https://a.example/x">here</a>',
    "<p>Card <b>4111</b> <i>1111</i> 1111&nbsp;1111, call <u>+49 170</u> 1234567 or DE89 3704 0044 0532 0130 00 OK</p>",
    (
        "<table><tr><th>Order</th><td>100234567</td></tr><tr><td colspan=2><img src='https://x.example/in%20voice.png'>"
        "</td></tr></table><script>alert(1)</script><style>p{}</style><template><p>no</p></template>"
    ),
    "<p>&lt;!channel&gt; &lt;@U123&gt; @here *bold* `code` :tada: &amp;lt;!here&amp;gt;</p>",
    "<p>\u202eevil\u202c a\u200bb \u05e9\u200f\u05dc\u05d5\u05dd \U0001f469\u200d\U0001f467 e\u0301 <b>e</b>\u0301</p>",
    "<p>From: Ann Lee<br>Sent: Monday<br>To: Support<br>Subject: Re: order</p><p>10.1.2.3 and 2001:db8::1</p>",
    "-----Original Message-----<br>&gt; a<br>&gt; b<br>answer",
    "<p>" + "word " * 700 + "</p><hr>" + "<div>line</div>" * 80,
    "<b><i><s><code><a href='https://a.example'>all at once</a></code></s></i></b><ol start='99999'><li>x</ol>",
]
TOKENS = [
    "<p>", "</p>", "<br>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<s>", "<code>", "</code>", "<pre>",
    "</pre>", "<ul>", "</ul>", "<ol>", "<ol start=998>", "</ol>", "<li>", "</li>", "<blockquote>", "</blockquote>",
    "<table>", "<tr>", "<td>", "<h1>", "</h1>", "<a href='https://a.example/?x=1'>", '<a href="http://[">', "</a>",
    '<a href="https://xn--80ak6aa92e.com">', "<a href='https://ann@b.example'>", "<a href='javascript:x'>",
    "<img alt=x>", "<a href='https://a.example/\u0430'>", "<a href='https://\u0430pple.com'>", "www.bank.example",
    "https://a.example/?x=1", "<script>", "</script>", "<!--", "-->", "<![CDATA[", "<", ">", '"', "'", "&", "&#x0;",
    "&#xd800;", "&#x202e;", "&nbsp;", "&lt;!channel&gt;", "\x00", "\ud800", "\u202e", "\u200b", "\u0301", "\u05d0",
    "\u200f", "\ufeff", "\u2028", "\U0001f468", "\u200d", "\U0001f3fd", "\n", "\t", " ", "  ", "Ann Lee", "ann",
    "LEE", "ann@lee.example", "x@y.example", "%40", "4111", "1111", "+49", "0170", "1234567", "DE89", "3704",
    "10.0.0.1", "::1", "-", "(", ")", ".", "On x wrote:", "> ", "From: x", "[e-mail]", "[name]", "[", "]", "e-mail",
    "\u2026", "word ", "W" * 90,
]  # fmt: skip


def body(rng: random.Random) -> str:
    """One body: a whole one with some mutations, or tokens in any order."""
    if rng.random() < 0.4:
        made = [rng.choice(TOKENS) for _ in range(rng.choice((3, 10, 40, 200)))]
        return "".join(made) * rng.choice((1, 1, 1, 1, 20))
    text = rng.choice(WHOLE) + rng.choice(("", rng.choice(WHOLE)))
    for _ in range(rng.randrange(9)):
        at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + 60)
        text = rng.choice(
            (
                text[:at] + text[to:],
                text[:at] + rng.choice(TOKENS) + text[at:],
                text[:at] + text[at:to] * rng.choice((2, 2, 30)) + text[to:],
                text[:at] + text[at:to][::-1] + text[to:],
                text[:at] + chr(rng.randrange(0x3000)) + text[at:],
            )
        )
    return text
