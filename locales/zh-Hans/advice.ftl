# reviewed: no
# 给正在做决定的人的建议。

guidance-observe = 我们在远处观察和录像。我们不跟踪、阻拦、触碰或围堵任何人。
guidance-drive = 正常开车。绝不要跟踪车辆。
guidance-parked = 先停好车。说别的之前，先说已经停好车。
guidance-distance = 至少离开 { $feet } 英尺。
guidance-step-back = 如果执法人员叫您后退，请照做，并录下自己照做的过程。
guidance-pairs = 两人一组。一人看，一人记录。
guidance-no-faces = 不要拍正在被盘问的人的脸。不要直播。
guidance-no-plates = 这里不要有车牌、面孔、姓名或住家。
guidance-no-duty = 谁都不必去。您随时可以回来。
guidance-check-in = 到达和离开时都要报告。如果没有消息，值班台会打电话给您。
guidance-stopped = 如果您被拦住：保持冷静，让人看得见您的手，并问是否可以离开。
guidance-heads-up = 未经确认。我们正在核实。请不要转发。
guidance-no-sharing = 在确认之前，这只给受过训练的成员。

advice-distance = 保持距离。不要妨碍。
advice-record = 您可以拍摄公共场所发生的事。被要求后退时请后退，并继续录像。
advice-no-share = 核实之前请不要发布。大多数报告后来都是别的情况。
advice-checkpoint = 在检查站，请减速并按指示牌行事。您可以保持沉默。
advice-vehicle-stop = 如果您的车被拦下，请熄火并让人看得见您的手。您可以保持沉默。
advice-door-knock = 没有法官签署的令状，您不必开门。请他们在窗前出示，或从门下塞进来。
advice-workplace = 保持冷静，不要跑。您可以保持沉默。问是否可以离开。
advice-school = 打电话给学校办公室。让学校职员跟执法人员谈。
advice-transit = 您可以保持沉默。问是否可以离开；如果可以，请冷静地走开。
advice-public-building = 留在公共区域。您可以保持沉默。
advice-presence = 记住有多少人、在做什么。不要再靠近。
advice-detention = 记住地点和时间，以及留下了什么：车、包、独自的孩子。请打法律热线。
advice-other = 记住您看到什么、在哪里、什么时候。不要再靠近。
