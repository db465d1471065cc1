"""The desk's pages about prices: looking, editing, previewing, publishing, looking back."""
