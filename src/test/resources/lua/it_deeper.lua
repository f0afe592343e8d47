local command = 'RPUSH'
