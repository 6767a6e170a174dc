# Rights, what to do at the door, and when someone was taken. General information for the United States.

## Know your rights

rights-silent = You can stay silent. Say: “I choose to stay silent.” In some states you must give your name when police ask.
rights-free = Ask: “Am I free to go?” If they say yes, walk away calmly.
rights-search = You can say no to a search of you, your bag, your car or your home. Say: “I do not agree to a search.”
rights-lawyer = You can ask for a lawyer. Say: “I want to speak to a lawyer.” Then say nothing more.
rights-sign = Do not sign anything that you do not understand. Ask a lawyer first.
rights-truth = Do not lie, and do not show papers that are not yours.
rights-calm = Do not run, push or fight, even if you think they are wrong.
rights-car = In a car: stop, turn off the engine, keep your hands in sight. Driver and riders can stay silent.
rights-work = At work: stay calm and do not run. Officers need a judge’s warrant or your boss’s yes to enter rooms that are not open to all.
rights-record = You can record what officers do in public. Keep your distance, and step back when told to.
rights-consulate = If you are held, you can ask to call your consulate and your family.
rights-general = This is general information and not advice about your case. A lawyer can advise you.

## At the door

door-closed = Keep the door closed. You can talk through it.
door-who = Ask who they are and what they want.
door-warrant = You do not have to open unless they have a warrant that a judge signed. Ask them to slide it under the door or hold it to the window.
door-look = Look for the name of a court, the signature of a judge, and your address.
door-agency = A paper that only an agency signed, such as form I-200 or I-205, does not let them come in.
door-no = If you do not agree, say: “I do not agree that you come in.”
door-force = If they come in all the same, do not fight. Say again that you do not agree.
door-silent = Everyone in the home can stay silent, children too.
door-call = Call the line below, and remember what you saw.

## Someone was taken

taken-children = Look for children or others who are alone now. Stay with them until family comes.
taken-note = Write down where and when it was, how many officers there were, and what they said.
taken-left = Note what was left: a car, a bag, a pet, medicine that the person needs.
taken-call = Call the line below. A lawyer can find out where the person is held. It may take some hours.
taken-lawyer = Give names, birth dates and papers to the lawyer only, by phone. Never write them here.
taken-sign = If the person calls: they should sign nothing, and ask for a lawyer.
taken-money = Be careful with strangers who want money to help.
