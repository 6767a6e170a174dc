# reviewed: no
# Las páginas de las personas responsables de la red.

steward-health = Estado
steward-manifest-until = Los ajustes valen hasta
steward-note-until = La nota de llaves vale hasta
steward-issuers = Llaves para los pases
steward-issuers-missing = { $count ->
    [0] Todas creadas
    [one] Se está creando una
   *[other] Se están creando { $count }
}
steward-log = Entradas en el registro público
steward-admitted-count = Aparatos admitidos
steward-due-key-note-stale = La nota de llaves es vieja. Deje encendido el aparato de una persona responsable.
steward-due-manifest-ends = Los ajustes de la red vencen pronto. Las personas responsables tienen que firmar otros nuevos.
steward-due-issuers-missing = Faltan llaves para los pases. Se crean mientras esta página está abierta.
steward-invite = Invitar a alguien
steward-invite-what = Una invitación es para una persona y un aparato. Entréguela en persona, o por un medio de su confianza.
steward-invite-make = Crear una invitación
steward-choose-role = Elija al menos una función.
steward-invitation = Para: { $roles }. Sirve una sola vez, hasta: { $time }.
steward-invitation-once = Solo se muestra aquí y ahora. Deje encendido este aparato hasta que la persona haya entrado.
steward-take-back = Retirarla
steward-admitted = Se admitió a una persona.
steward-application = El aparato { $device } pide participar en el registro.
steward-add-registrar = Proponerlo a las personas responsables
steward-revoke = Quitar los permisos a un aparato
steward-revoke-what = Los certificados no llevan nombres. La persona, o quien la admitió, puede decirle los primeros ocho caracteres del suyo.
steward-certificate = Primeros caracteres del certificado
steward-revoke-sure = ¿Quitar todos los permisos a este aparato?
steward-revoked = Ya no tiene permisos.
steward-apply = Pedir permiso para admitir personas
steward-apply-what = Este dispositivo puede cuidar la red, pero todavía no puede invitar. Se pide a quienes admiten personas que lo acepten.
steward-applied = Pedido. El dispositivo de quien admite tiene que decir que sí.
