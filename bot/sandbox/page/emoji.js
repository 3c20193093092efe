// The emoji names an app is likely to write. A name that is not here stays as it was typed, as in Slack.

const TABLE = `
smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 joy 😂 rofl 🤣 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 blush 😊
innocent 😇 heart_eyes 😍 star-struck 🤩 yum 😋 sunglasses 😎 nerd_face 🤓 thinking_face 🤔 thinking 🤔 neutral_face 😐
expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪
sleeping 😴 mask 😷 confused 😕 worried 😟 slightly_frowning_face 🙁 open_mouth 😮 astonished 😲 flushed 😳 disappointed 😞
disappointed_relieved 😥 cry 😢 sob 😭 scream 😱 sweat 😓 sweat_smile 😅 weary 😩 tired_face 😫 triumph 😤 angry 😠 rage 😡
hugging_face 🤗 zany_face 🤪 partying_face 🥳 saluting_face 🫡 face_with_monocle 🧐 robot_face 🤖 robot 🤖 ghost 👻 skull 💀
wave 👋 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 raised_hands 🙌 clap 👏 pray 🙏 muscle 💪 point_right 👉 point_left 👈
point_up ☝️ point_up_2 👆 point_down 👇 raised_hand ✋ hand ✋ v ✌️ crossed_fingers 🤞 handshake 🤝 writing_hand ✍️ eyes 👀 ear 👂
bust_in_silhouette 👤 busts_in_silhouette 👥 speaking_head_in_silhouette 🗣️ detective 🕵️ technologist 🧑‍💻
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 sparkling_heart 💖 fire 🔥
sparkles ✨ star ⭐ star2 🌟 dizzy 💫 boom 💥 zap ⚡ rainbow 🌈 sunny ☀️ partly_sunny ⛅ cloud ☁️ snowflake ❄️ umbrella ☂️
seedling 🌱 herb 🌿 four_leaf_clover 🍀 sunflower 🌻 rose 🌹 evergreen_tree 🌲 coffee ☕ tea 🍵 cake 🍰 birthday 🎂 pizza 🍕
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 sports_medal 🏅 first_place_medal 🥇 second_place_medal 🥈
third_place_medal 🥉 dart 🎯 game_die 🎲 rocket 🚀 airplane ✈️ car 🚗 house 🏠 office 🏢 headphones 🎧 microphone 🎤 phone ☎️
telephone_receiver 📞 iphone 📱 computer 💻 email 📧 envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 package 📦
mailbox 📫 speech_balloon 💬 thought_balloon 💭 left_speech_bubble 🗨️ memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 page_facing_up 📄
bookmark_tabs 📑 bookmark 🔖 label 🏷️ books 📚 book 📖 newspaper 📰 date 📅 calendar 📆 spiral_calendar_pad 🗓️ card_index 📇
bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 chart 💹 mag 🔍 mag_right 🔎 microscope 🔬 telescope 🔭
bulb 💡 flashlight 🔦 wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ gear ⚙️ link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 scissors ✂️
lock 🔒 unlock 🔓 key 🔑 shield 🛡️ scales ⚖️ balance_scale ⚖️ moneybag 💰 credit_card 💳 receipt 🧾 shopping_trolley 🛒 truck 🚚
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock9 🕘 clock10 🕙 clock12 🕛
bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 mute 🔇 sound 🔉 zzz 💤 warning ⚠️ construction 🚧 rotating_light 🚨 no_entry ⛔
no_entry_sign 🚫 x ❌ heavy_check_mark ✔️ white_check_mark ✅ ballot_box_with_check ☑️ heavy_multiplication_x ✖️ question ❓
grey_question ❔ exclamation ❗ grey_exclamation ❕ bangbang ‼️ information_source ℹ️ sos 🆘 new 🆕 ok 🆗 cool 🆒 free 🆓 up 🆙
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ left_right_arrow ↔️
arrow_heading_up ⤴️ arrow_heading_down ⤵️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 leftwards_arrow_with_hook ↩️ back 🔙
arrow_forward ▶️ fast_forward ⏩ rewind ⏪ arrow_up_small 🔼 arrow_down_small 🔽 heavy_plus_sign ➕ heavy_minus_sign ➖ infinity ♾️
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
white_circle ⚪ black_circle ⚫ large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩
white_large_square ⬜ black_large_square ⬛ small_blue_diamond 🔹 large_blue_diamond 🔷 small_orange_diamond 🔸 radio_button 🔘
zero 0️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 100 💯 1234 🔢 abc 🔤 hash #️⃣
checkered_flag 🏁 triangular_flag_on_post 🚩 waving_white_flag 🏳️ crystal_ball 🔮 magic_wand 🪄 broom 🧹 wastebasket 🗑️ recycle ♻️
thread 🧵 jigsaw 🧩 art 🎨 musical_note 🎵 camera 📷 video_camera 📹 movie_camera 🎥 tv 📺 dog 🐶 cat 🐱 bug 🐛 bee 🐝 turtle 🐢
unicorn_face 🦄 owl 🦉 penguin 🐧 whale 🐳 crown 👑 gem 💎 lollipop 🍭 cookie 🍪 beers 🍻 clinking_glasses 🥂 compass 🧭
world_map 🗺️ earth_africa 🌍 earth_americas 🌎 globe_with_meridians 🌐 ladder 🪜 parachute 🪂 test_tube 🧪 dna 🧬 pill 💊
`;

const words = TABLE.trim().split(/\s+/);
const NAMES = new Map(words.flatMap((word, at) => (at % 2 ? [] : [[word, words[at + 1]]])));
const TONES = { "skin-tone-2": "🏻", "skin-tone-3": "🏼", "skin-tone-4": "🏽", "skin-tone-5": "🏾", "skin-tone-6": "🏿" };

/** The character of an emoji name, or undefined. */
export const emojiOf = (name) => NAMES.get(name);

/** Replaces every known :name: (with an optional skin tone) in a plain string. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):(?::(skin-tone-[2-6]):)?/g, (whole, name, tone) => {
    const found = NAMES.get(name);
    return found ? found + (TONES[tone] ?? "") : whole;
  });
}

/** The names that start with (then those that contain) what was typed, for the composer. */
export function emojiLike(part, most = 8) {
  const names = [...NAMES.keys()];
  const first = names.filter((name) => name.startsWith(part));
  return [...first, ...names.filter((name) => name.includes(part) && !name.startsWith(part))].slice(0, most);
}
