# placeholder: its owner writes this
