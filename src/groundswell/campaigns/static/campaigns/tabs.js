// On a phone the tabs are wider than the screen: the one you are on comes into view.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
