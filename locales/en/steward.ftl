# The stewards' pages.

steward-health = Health
steward-manifest-until = Settings hold until
steward-note-until = Key note holds until
steward-issuers = Keys for passes
steward-issuers-missing = { $count ->
    [0] All made
    [one] One is being made
   *[other] { $count } are being made
}
steward-log = Entries in the public log
steward-admitted-count = Devices admitted
steward-due-key-note-stale = The key note is old. Keep a steward's device running.
steward-due-manifest-ends = The network's settings run out soon. The stewards have to sign new ones.
steward-due-issuers-missing = Keys for passes are missing. They are made while this page is open.
steward-invite = Invite somebody
steward-invite-what = An invitation is for one person and one device. Hand it over yourself, or through a channel you trust.
steward-invite-make = Make an invitation
steward-choose-role = Choose at least one role.
steward-invitation = For: { $roles }. Works once, until { $time }.
steward-invitation-once = It is shown only here and only now. Keep this device running until the person is in.
steward-take-back = Take it back
steward-admitted = Somebody was admitted.
steward-application = The device { $device } asks to become a registrar.
steward-add-registrar = Propose it to the stewards
steward-revoke = Take a device's rights away
steward-revoke-what = Certificates have no names. The person, or who admitted them, can tell you the first eight digits of theirs.
steward-certificate = First digits of the certificate
steward-revoke-sure = Take all rights away from this device?
steward-revoked = Its rights are gone.
steward-apply = Ask to admit people
steward-apply-what = This device can look after the network, and cannot invite yet. The registrars are asked to make it one of them.
steward-applied = Asked. A registrar's device has to say yes.
