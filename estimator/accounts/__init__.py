"""Who may do what at the desk: people, sign-in, second factors, passkeys, throttle."""
