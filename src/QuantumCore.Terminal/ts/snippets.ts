/** What a program needs to trade: where the exchange is, a key, and what the key is proved by. */
export interface Access {
  /** Address of the exchange, as the page was reached. */
  address: string;
  key: string;
  /** The secret of an HMAC key, or the private key of an Ed25519 key in PEM; undefined if the key itself is the secret. */
  secret: string | undefined;
  /** What the example buys. */
  symbol: string;
  base: string;
  quote: string;
  quantity: string;
}

export interface Snippet { name: string; label: string; text: string }

/** Programs to paste, filled in. A key that signs is for the Binance Spot interface, another one for the API itself. */
export function snippets(access: Access): readonly Snippet[] {
  if (access.secret === undefined) {
    return [
      { name: "csharp", label: "C#", text: csharp(access) },
      { name: "curl", label: "curl", text: plainCurl(access) },
      { name: "qc", label: "qc", text: commandLine(access) },
    ];
  }
  return [
    { name: "ccxt", label: "ccxt (Python)", text: ccxt(access, access.secret) },
    { name: "python-binance", label: "python-binance", text: pythonBinance(access, access.secret) },
    { name: "curl", label: "curl", text: isPem(access.secret) ? ed25519Curl(access, access.secret) : hmacCurl(access, access.secret) },
  ];
}

function isPem(secret: string): boolean {
  return secret.startsWith("-----BEGIN");
}

/** A Python string; a key in PEM has several lines. */
function python(text: string): string {
  return text.includes("\n") ? `'''${text}'''` : `'${text}'`;
}

function ccxt({ address, key, base, quote, quantity }: Access, secret: string): string {
  return `# pip install ccxt
import ccxt

exchange = ccxt.binance({
    'apiKey': '${key}',
    'secret': ${python(secret)},
    'options': {'defaultType': 'spot', 'fetchMarkets': {'types': ['spot']}},
})
address = '${address}'
exchange.urls['test'] = {
    'public': address + '/api/v3', 'private': address + '/api/v3',
    'v1': address + '/api/v1', 'sapi': address + '/sapi/v1',
}
exchange.set_sandbox_mode(True)
print(exchange.create_order('${base}/${quote}', 'market', 'buy', ${quantity}))
`;
}

function pythonBinance({ address, key, symbol, quantity }: Access, secret: string): string {
  return `# pip install python-binance
from binance import Client

Client.API_URL = '${address}/api'
Client.MARGIN_API_URL = '${address}/sapi'
client = Client('${key}', ${isPem(secret) ? `private_key=${python(secret)}` : python(secret)})
print(client.order_market_buy(symbol='${symbol}', quantity=${quantity}))
`;
}

const parameters = ({ symbol, quantity }: Access): string =>
  `Q="symbol=${symbol}&side=BUY&type=MARKET&quantity=${quantity}&timestamp=$(date +%s000)"`;

function hmacCurl(access: Access, secret: string): string {
  return `${parameters(access)}
S=$(printf %s "$Q" | openssl dgst -sha256 -hmac '${secret}' | sed 's/.* //')
curl -H 'X-MBX-APIKEY: ${access.key}' -d "$Q&signature=$S" \\
  ${access.address}/api/v3/order
`;
}

function ed25519Curl(access: Access, secret: string): string {
  return `cat > quantumcore.pem <<'END'
${secret}
END
${parameters(access)}
printf %s "$Q" > quantumcore.query
S=$(openssl pkeyutl -sign -rawin -inkey quantumcore.pem -in quantumcore.query | base64 -w0)
curl -H 'X-MBX-APIKEY: ${access.key}' -d "$Q" --data-urlencode "signature=$S" \\
  ${access.address}/api/v3/order
`;
}

function csharp({ address, key, symbol, quantity }: Access): string {
  return `// dotnet add package QuantumCore.Client
using QuantumCore.Client;

using var client = new QuantumCoreClient(new Uri("${address}"), "${key}");
var order = await client.Orders.PlaceAsync(PlaceOrder.Market("${symbol}", OrderSide.Buy, ${quantity}m));
Console.WriteLine($"{order.OrderId}: {order.Status}, {order.Filled} filled");
`;
}

function plainCurl({ address, key, symbol, quantity }: Access): string {
  return `curl -H 'X-Api-Key: ${key}' -H 'Content-Type: application/json' \\
  ${address}/api/qc/v1/orders \\
  -d '{"symbol":"${symbol}","side":"buy","type":"market","quantity":"${quantity}"}'
`;
}

function commandLine({ address, key, symbol, quantity }: Access): string {
  return `export QC_URL='${address}' QC_KEY='${key}'
qc buy ${symbol} ${quantity}
qc account
`;
}
