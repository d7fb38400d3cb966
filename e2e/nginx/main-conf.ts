/** The folder's own nginx.conf around a server: what the controller's main template says of HTTP, and a log that tests can read. */
export const mainConf = (server: string): string => `
worker_processes 2;
pid nginx.pid;
lock_file nginx.lock;
${isRoot() ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  default_type application/octet-stream;
  log_format lines escape=json '{"worker":$pid,"method":"$request_method","uri":"$request_uri","client":"$remote_addr",'
    '"status":$status,"upstreams":"$upstream_addr","upstreamStatuses":"$upstream_status",'
    '"upstreamBytes":"$upstream_bytes_sent","keptAlive":"$upstream_http_keep_alive"}';
  access_log access.log lines;
  ${TEMPORARY.map((kind) => `${kind}_temp_path ${kind}_temp;`).join(' ')}
  sendfile on;
  keepalive_timeout 75s;
  keepalive_requests 1000;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
${server}
}
`

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Workers of root would be nobody, who may not enter the folder. */
const isRoot = (): boolean => process.getuid?.() === 0
