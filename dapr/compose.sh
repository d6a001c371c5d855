#!/bin/sh
# For compose.yaml: the files that its sidecars load, with the brokers in them that TaskFlow itself is told of, by the same
# variables. Redis spreads events there. User and password are named, and never written.
#
#   sh compose.sh FOLDER
set -eu

refuse() {
  echo "$1" >&2
  exit 1
}

here=$(dirname "$0")
protocol=${KAFKA_SECURITY_PROTOCOL:-PLAINTEXT}
ca=${KAFKA_SSL_CAFILE:-}

authority() {
  [ -r "$ca" ] || refuse "KAFKA_SSL_CAFILE: $ca is not in the container of dapr-resources: give it the same volume"
  printf '    - name: caCert\n      value: |\n'
  sed 's/^/        /' "$ca"
}

brokers() {
  printf '    - name: brokers\n      value: "%s"\n' "${KAFKA_BOOTSTRAP_SERVERS:?}"
  case $protocol in
    SASL_*)
      printf '    - name: authType\n      value: password\n'
      printf '    - name: saslMechanism\n      value: "%s"\n' "${KAFKA_SASL_MECHANISM#SCRAM-}"
      printf '    - name: saslUsername\n      envRef: KAFKA_SASL_USERNAME\n'
      printf '    - name: saslPassword\n      envRef: KAFKA_SASL_PASSWORD\n'
      ;;
    SSL)
      # With `none` the component knows no TLS, and with this it wants the CA.
      [ -n "$ca" ] || refuse 'KAFKA_SSL_CAFILE: Dapr needs it with KAFKA_SECURITY_PROTOCOL=SSL'
      printf '    - name: authType\n      value: certificate\n'
      ;;
    *) printf '    - name: authType\n      value: none\n' ;;
  esac
  case $protocol in
    *PLAINTEXT) printf '    - name: disableTls\n      value: "true"\n' ;;
    *) [ -z "$ca" ] || authority ;;
  esac
}

brokers=$(brokers)
cp "$here"/resources/*.yaml "$1"
cp "$here/optional/kafka-fanout-redis.yaml" "$1/kafka-fanout.yaml"
for file in "$1"/kafka-*.yaml; do
  # Out with what the file says of brokers on its own host, and in with the above where the component's metadata begins.
  sed -i -e '/- name: brokers$/,+1d' -e '/- name: authType$/,+1d' -e '/- name: disableTls$/,+1d' "$file"
  printf '%s\n' "$brokers" >"$1/brokers"
  sed -i "/^  metadata:\$/r $1/brokers" "$file"
  rm "$1/brokers"
done
