"""OpenStack Swift with its S3 interface, all of it in one process, on free ports of the loopback.

usage: swift-server.py FOLDER ACCOUNT:USER SECRET. Prints its port. Ends with its standard input.
"""
import eventlet

eventlet.monkey_patch()

import os
import sys

from eventlet import listen, tpool, wsgi

folder, user, secret = sys.argv[1:4]
with open(os.path.join(folder, 'swift.conf'), 'w') as conf:
    conf.write('[swift-hash]\nswift_hash_path_suffix = rostrum\n')

from swift.common import utils

utils.set_swift_dir(folder)

from swift.common.ring import RingBuilder
from swift.common.wsgi import SwiftHttpProtocol, loadapp

BACKENDS = ('account', 'container', 'object')
COMMON = f'[DEFAULT]\nswift_dir = {folder}\ndevices = {folder}/disk\nmount_check = false\nlog_level = ERROR\n'
PROXY = '''[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats bulk s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_%s = %s .admin
''' % (user.replace(':', '_'), secret) + ''.join(
    f'[filter:{name}]\nuse = egg:swift#{name}\n'
    for name in ('catch_errors', 'gatekeeper', 'listing_formats', 'bulk', 's3api', 'slo')
)


class NoCache:
    """In the place of memcached: it has always just forgotten."""

    def get(self, *_, **__):
        return None

    set = delete = get

    def incr(self, *_, **__):
        return 0


def without_cache(app):
    def serve(env, start_response):
        env['swift.cache'] = NoCache()
        return app(env, start_response)

    return serve


def write_ring(kind, port):
    builder = RingBuilder(1, 1, 0)
    here = dict(ip='127.0.0.1', port=port, replication_ip='127.0.0.1', replication_port=port)
    builder.add_dev(dict(region=1, zone=1, device='d1', weight=1, meta='', **here))
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, f'{kind}.ring.gz'))


def write_conf(kind, text):
    path = os.path.join(folder, f'{kind}.conf')
    with open(path, 'w') as conf:
        conf.write(COMMON + text)
    return path


os.makedirs(os.path.join(folder, 'disk', 'd1'))
sockets = {kind: listen(('127.0.0.1', 0)) for kind in (*BACKENDS, 'proxy')}
ports = {kind: socket.getsockname()[1] for kind, socket in sockets.items()}
paths = {'proxy': write_conf('proxy', PROXY)}
for kind in BACKENDS:
    write_ring(kind, ports[kind])
    paths[kind] = write_conf(kind, f'[pipeline:main]\npipeline = app\n[app:app]\nuse = egg:swift#{kind}\n')
for kind, socket in sockets.items():
    app = without_cache(loadapp(paths[kind]))
    eventlet.spawn(wsgi.server, socket, app, log_output=False, protocol=SwiftHttpProtocol)
print(ports['proxy'], flush=True)
tpool.execute(sys.stdin.read)
os._exit(0)
