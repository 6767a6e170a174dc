# Advice for people who decide something now. Plain, short, the same for everybody.
# Local rules (the distance to keep, whether sound may be recorded) come from the network's manifest.

## Guidance at each step of a call-out

guidance-observe = We watch and record from a distance. We do not follow, block, touch or crowd anyone.
guidance-drive = Drive normally. Never follow a vehicle.
guidance-parked = Park first. Say that you have parked before you say anything else.
guidance-distance = Keep at least { $feet } feet away.
guidance-step-back = If an officer tells you to step back, do it, and record yourself doing it.
guidance-pairs = Go in pairs. One looks, one takes notes.
guidance-no-faces = Do not record the faces of people who are being questioned. Do not stream live.
guidance-no-plates = No plates, faces, names or homes here.
guidance-no-duty = Nobody has to go. You can turn back at any time.
guidance-check-in = Check in when you arrive and when you leave. If you are silent, the desk calls you.
guidance-stopped = If you are stopped: stay calm, keep your hands in sight, and ask if you are free to go.
guidance-heads-up = Unconfirmed. We are checking. Please do not share this.
guidance-no-sharing = This is for trained members only until it is confirmed.

## For somebody who reports

advice-distance = Keep your distance. Do not get in the way.
advice-record = You may record what happens in public. Keep recording yourself stepping back when you are told to.
advice-no-share = Please do not post it before it is checked. Most reports turn out to be something else.
advice-checkpoint = At a checkpoint, slow down and do as the signs say. You can stay silent.
advice-vehicle-stop = If your car is stopped, turn off the engine and keep your hands in sight. You can stay silent.
advice-door-knock = You do not have to open the door unless there is a warrant that a judge has signed. Ask them to show it at the window or slide it under the door.
advice-workplace = Stay calm and do not run. You can stay silent. Ask if you are free to go.
advice-school = Call the school office. Let the staff speak with the officers.
advice-transit = You can stay silent. Ask if you are free to go, and if they say yes, walk away calmly.
advice-public-building = Stay in the public area. You can stay silent.
advice-presence = Note how many there are and what they do. Do not go closer.
advice-detention = Remember where and when it was and what was left behind: a car, a bag, children alone. Call the legal line.
advice-other = Note what you see, where and when. Do not go closer.
