// INVITE_LINK=direct: the page presses its one button itself. Without scripts the button is still there.
document.querySelector('form[data-press]')?.requestSubmit()
