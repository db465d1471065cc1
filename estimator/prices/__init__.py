"""The price book: what tables may say (`schema`), reading them (`reading`), rules about them (`checks`)."""
