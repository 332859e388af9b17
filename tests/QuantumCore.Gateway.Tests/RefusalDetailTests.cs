using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>
/// Rejections name the field, the value that was sent, the rule with its number, and the nearest valid value.
/// </summary>
public sealed class RefusalDetailTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Limit = """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"}""";
    private const string Listing =
        """{"symbol":"X","baseAsset":"X","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.05","lotSize":"1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Orders => new()
    {
        // Numbers.
        { """{"symbol":"AAPL","side":"buy","price":"150.005","quantity":"1"}""",
            "price 150.005 is not a multiple of the tick size 0.01; nearest: 150.00, 150.01" },
        { """{"symbol":"AAPL","side":"buy","price":"0.001","quantity":"1"}""",
            "price 0.001 is not a multiple of the tick size 0.01; nearest: 0.01" },
        { """{"symbol":"AAPL","side":"buy","price":"1000000.001","quantity":"1"}""",
            "price 1000000.001 is not a multiple of the tick size 0.01; nearest: 1000000.00" },
        { """{"symbol":"AAPL","side":"buy","price":"0","quantity":"1"}""",
            "price 0 is outside the range 0.01 to 1000000.00; nearest: 0.01" },
        { """{"symbol":"AAPL","side":"buy","price":"2000000","quantity":"1"}""",
            "price 2000000 is outside the range 0.01 to 1000000.00; nearest: 1000000.00" },
        { """{"symbol":"AAPL","side":"buy","price":"99999999999999999999","quantity":"1"}""",
            "price 99999999999999999999 is outside the range 0.01 to 1000000.00; nearest: 1000000.00" },
        { """{"symbol":"AAPL","side":"buy","price":"-150","quantity":"1"}""",
            "price -150 is not a decimal number such as 150.25, without sign and exponent" },
        { """{"symbol":"AAPL","side":"buy","price":"1e2","quantity":"1"}""",
            "price '1e2' is not a decimal number such as 150.25, without sign and exponent" },
        { """{"symbol":"AAPL","side":"buy","price":" +.50","quantity":"1"}""",
            "price ' +.50' is not a decimal number such as 150.25, without sign and exponent; did you mean '0.50'?" },
        { """{"symbol":"AAPL","side":"buy","price":"007","quantity":"1"}""",
            "price 007 is not a decimal number such as 150.25, without sign and exponent; did you mean '7'?" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"2.5"}""",
            "quantity 2.5 is not a multiple of the lot size 1; nearest: 2, 3" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"0"}""",
            "quantity 0 is outside the range 1 to 1000000000; nearest: 1" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1000000001"}""",
            "quantity 1000000001 is outside the range 1 to 1000000000; nearest: 1000000000" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","displayQuantity":"11"}""",
            "displayQuantity 11 is outside the range 1 to 10; nearest: 10" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","minQuantity":"11"}""",
            "minQuantity 11 is outside the range 1 to 10; nearest: 10" },
        { """{"symbol":"AAPL","side":"buy","price":"1000000","quantity":"1000000000"}""",
            "price 1000000 times quantity 1000000000 is outside the range 0.00 to 1000000000000.00 USD; nearest quantity at this price: 1000000" },
        { """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":"0.001"}""",
            "quoteAmount 0.001 is not a multiple of the smallest unit of USD 0.01; nearest: 0.01" },
        { """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":"0"}""",
            "quoteAmount 0 is outside the range 0.01 to 1000000000000.00; nearest: 0.01" },
        { """{"symbol":"AAPL","side":"sell","type":"stop","quantity":"1","triggerPrice":"140.555"}""",
            "triggerPrice 140.555 is not a multiple of the tick size 0.01; nearest: 140.55, 140.56" },
        { """{"symbol":"AAPL","side":"sell","type":"trailingStop","quantity":"1","trailingBasisPoints":0}""",
            "trailingBasisPoints 0 is outside the range 1 to 9999; nearest: 1" },
        { """{"symbol":"AAPL","side":"sell","type":"trailingStop","quantity":"1","trailingBasisPoints":2.5}""",
            "trailingBasisPoints 2.5 is not a whole number from 0 to 9999" },
        { """{"symbol":"AAPL","side":"sell","type":"trailingStop","quantity":"1","trailingDistance":"0.015"}""",
            "trailingDistance 0.015 is not a multiple of the tick size 0.01; nearest: 0.01, 0.02" },

        // Words.
        { """{"symbol":"AAPL","side":"BUY","price":"1","quantity":"1"}""",
            "side 'BUY' is not one of buy, sell; did you mean 'buy'?" },
        { """{"symbol":"AAPL","side":"up","price":"1","quantity":"1"}""", "side 'up' is not one of buy, sell" },
        { """{"symbol":"AAPL","price":"1","quantity":"1"}""", "side is missing; it is one of buy, sell" },
        { """{"symbol":"AAPL","side":"buy","type":"limitt","price":"1","quantity":"1"}""",
            "type 'limitt' is not one of limit, market, stop, stopLimit, takeProfit, takeProfitLimit, trailingStop, trailingStopLimit, pegged; did you mean 'limit'?" },
        { """{"symbol":"AAPL","side":"buy","timeInForce":"GTC","price":"1","quantity":"1"}""",
            "timeInForce 'GTC' is not one of gtc, ioc, fok, day, gtd, opg, cls; did you mean 'gtc'?" },
        { """{"symbol":"AAPL","side":"buy","selfTrade":"cancelAll","price":"1","quantity":"1"}""",
            "selfTrade 'cancelAll' is not one of none, expireTaker, expireMaker, expireBoth, decrement, cancelNewest, cancelOldest" },
        { """{"symbol":"AAPL","side":"buy","type":"pegged","peg":"mid","price":"1","quantity":"1"}""",
            "peg 'mid' is not one of primary, market, midpoint; did you mean 'midpoint'?" },
        { """{"symbol":"aapl","side":"buy","price":"1","quantity":"1"}""",
            "symbol 'aapl' is not a listed symbol; did you mean 'AAPL'?" },
        { """{"symbol":"MSTF","side":"buy","price":"1","quantity":"1"}""", "symbol 'MSTF' is not a listed symbol" },
        { """{"symbol":"GOOG","side":"buy","price":"1","quantity":"1"}""", "symbol 'GOOG' is not a listed symbol" },

        // Texts.
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","clientOrderId":"a b"}""",
            "clientOrderId 'a b' is not 1 to 36 printable ASCII characters without space and slash, other than '.' and '..'" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","clientOrderId":"12345678901234567890123456789012345678901234567890"}""",
            "clientOrderId '1234567890123456789012345678901234567...' is not 1 to 36 printable ASCII characters without space and slash, other than '.' and '..'" },
        { "{\"symbol\":\"AAPL\",\"side\":\"b\\u0000u\\u202ey\\ud83d\\ude00\",\"price\":\"1\",\"quantity\":\"1\"}",
            "side 'buy😀' is not one of buy, sell" },
        { """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"tomorrow"}""",
            "goodTill 'tomorrow' is not a UTC time such as 2026-01-31T15:30:00Z, with at most 9 decimals of the second, of the years 1970 to 2261" },

        // Members that are missing or exclude each other.
        { """{"symbol":"AAPL","side":"buy","quantity":"1"}""", "price is missing; a limit order needs one" },
        { """{"symbol":"AAPL","side":"buy","price":"1"}""",
            "quantity is missing; an order needs a quantity or a quoteAmount" },
        { """{"symbol":"AAPL","side":"sell","type":"stop","quantity":"1"}""",
            "triggerPrice is missing; a stop or take-profit order needs one" },
        { """{"symbol":"AAPL","side":"buy","type":"market","price":"1","quantity":"1"}""",
            "type 'market' cannot be combined with price 1" },
        { """{"symbol":"AAPL","side":"buy","price":"1","timeInForce":"ioc","postOnly":true,"quantity":"1"}""",
            "postOnly cannot be combined with timeInForce 'ioc'" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","pegOffset":"0.01"}""",
            "type 'limit' cannot be combined with pegOffset 0.01" },
        { """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","leverage":"10"}""",
            "There is no member 'leverage'; members are symbol, side, type, timeInForce, price, quantity, clientOrderId, postOnly, slide, displayQuantity, hidden, allOrNone, minQuantity, doNotReduce, triggerPrice, triggerBy, trailingDistance, trailingBasisPoints, activationPrice, limitOffset, peg, pegOffset, quoteAmount, protection, goodTill, selfTrade (line 1, byte 68)." },

        // Decided by the account.
        { """{"symbol":"AAPL","side":"buy","price":"1.50","quantity":"1000001"}""",
            "quantity 1000001 at price 1.50 needs 1500001.50 USD plus fees, free 1000000 USD" },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Rejection_of_an_order_names_value_rule_and_nearest_value(string order, string detail)
    {
        var alone = await shared.Gateway.SendAsync("POST", "orders", order, cancellationToken: Token);
        Assert.Equal(detail, alone["detail"]);
        if (detail.StartsWith("There is no member", StringComparison.Ordinal))
            return;

        var batch = await shared.Gateway.SendAsync(
            "POST", "orders/batch", $$"""{"orders":[{{order}}]}""", cancellationToken: Token);
        Assert.Equal(
            detail, batch.Json.GetProperty("results")[0].GetProperty("error").GetProperty("detail").GetString());
    }

    public static TheoryData<string, string, string?, string> Calls => new()
    {
        // Amendments.
        { "PATCH", "orders/AAPL/1", """{"price":"150.005"}""",
            "price 150.005 is not a multiple of the tick size 0.01; nearest: 150.00, 150.01" },
        { "PATCH", "orders/AAPL/1", """{"price":"2000000"}""",
            "price 2000000 is outside the range 0.01 to 1000000.00; nearest: 1000000.00" },
        { "PATCH", "orders/AAPL/1", """{"quantity":"0"}""",
            "quantity 0 is outside the range 1 to 1000000000; nearest: 1" },
        { "PATCH", "orders/AAPL/1", """{"price":"1","displayQuantity":"5"}""",
            "price 1 cannot be combined with displayQuantity 5; send one change after the other" },
        { "PATCH", "orders/AAPL/1", "{}",
            "quantity is missing; a change needs a price, a quantity, both, or new conditions" },
        { "PATCH", "orders/aapl/1", """{"price":"1"}""", "symbol 'aapl' is not a listed symbol; did you mean 'AAPL'?" },
        { "DELETE", "orders/AAPL/99", null, "orderId 99 is not an order of 'AAPL'" },
        { "DELETE", "orders/AAPL/0", null, "orderId 0 is outside the range 1 to 9007199254740991; nearest: 1" },
        { "DELETE", "orders/AAPL/x", null, "orderId 'x' is not a whole number from 1 to 9007199254740991" },

        { "DELETE", "orders/by-client-id/gone", null, "clientOrderId 'gone' is unknown" },

        // Lists, strategies and batches.
        { "POST", "order-lists", $$"""{"kind":"OCO","orders":[{{Limit}},{{Limit}}]}""",
            "kind 'OCO' is not one of oco, oto, otoco; did you mean 'oco'?" },
        { "POST", "order-lists", $$"""{"kind":"oco","orders":[{{Limit}}]}""",
            "orders has 1 orders; a list of kind oco has 2" },
        { "POST", "order-lists",
            $$"""{"kind":"oco","orders":[{{Limit}},{"symbol":"AAPL","side":"buy","price":"1.001","quantity":"1"}]}""",
            "orders[1].price 1.001 is not a multiple of the tick size 0.01; nearest: 1.00, 1.01" },
        { "POST", "order-lists", $$"""{"kind":"oco","orders":[{{Limit}},{{Limit}}]}""",
            "orders[0].type 'limit' and orders[1].type 'limit' are no pair; it needs a limit or take-profit order and a stop order" },
        { "POST", "strategies", """{"net":"1","units":1,"legs":[{"symbol":"AAPL","side":"buy","quantity":"1"}]}""",
            "legs has 1 legs; a strategy has 2 to 4" },
        { "POST", "strategies",
            """{"net":"1","units":1,"legs":[{"symbol":"AAPL","side":"sel","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"1"}]}""",
            "legs[0].side 'sel' is not one of buy, sell; did you mean 'sell'?" },
        { "POST", "strategies",
            """{"net":"1","units":1,"legs":[{"symbol":"AAPL","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"1"}]}""",
            "AAPL and MSFT are not listed in one group of instruments, as the legs of a strategy must be" },
        { "POST", "orders/batch", """{"orders":[]}""", "orders has 0 orders; a batch has 1 to 500" },

        // Parameters.
        { "GET", "fills?limit=0", null, "limit 0 is outside the range 1 to 1000; nearest: 1" },
        { "GET", "fills?limit=1001", null, "limit 1001 is outside the range 1 to 1000; nearest: 1000" },
        { "GET", "fills?limit=all", null, "limit 'all' is not a whole number from 1 to 1000" },
        { "GET", "fills?symbol=APL", null, "symbol 'APL' is not a listed symbol; did you mean 'AAPL'?" },
        { "GET", "fills?symbol=AAPL&after=17", null, "after 17 is not a trade id such as 17-0" },
        { "GET", "book/AAPL?depth=5000", null, "depth 5000 is outside the range 1 to 1000; nearest: 1000" },
        { "GET", "candles/AAPL?period=1H", null,
            "period '1H' is not one of 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w, 1M; did you mean '1h'?" },
        { "GET", "orders?open=yes", null, "open 'yes' is not one of true" },
        { "DELETE", "orders?side=BUY", null, "side 'BUY' is not one of buy, sell; did you mean 'buy'?" },
        { "DELETE", "orders?sid=buy", null, "parameter 'sid' is not one of symbol, side; did you mean 'side'?" },

        // Money.
        { "POST", "transfers", """{"key":"k","to":"ACC-1002","asset":"USD","amount":"1.001"}""",
            "amount 1.001 is not a multiple of the smallest unit of USD 0.01; nearest: 1.00, 1.01" },
        { "POST", "transfers", """{"key":"k","to":"ACC-1001","asset":"USD","amount":"1"}""",
            "to ACC-1001 is the account that gives; choose another one" },
        { "POST", "transfers", """{"key":"k","to":"1002","asset":"USD","amount":"1"}""",
            "to 1002 is not an account: ACC- and a number from 1000, for example ACC-1001" },
        { "POST", "transfers", """{"key":"k/1","to":"ACC-1002","asset":"USD","amount":"1"}""",
            "key 'k/1' is not 1 to 36 printable ASCII characters without space and slash, other than '.' and '..'" },
        { "POST", "withdrawals", """{"key":"k","asset":"usd","amount":"1","destination":"iban"}""",
            "asset 'usd' is not an asset of a listed instrument; did you mean 'USD'?" },
        { "POST", "withdrawals", """{"key":"k","asset":"USD","amount":"0","destination":"iban"}""",
            "amount 0 is outside the range 0.01 to 46116860184273879.04; nearest: 0.01" },
        { "POST", "withdrawals", """{"key":"k","asset":"USD","amount":"1","destination":" x"}""",
            "destination ' x' is not 1 to 128 printable ASCII characters without a space at either end" },

        // Places in the queue.
        { "GET", "orders/XYZ/1/position", null, "symbol 'XYZ' is not a listed symbol" },
        { "GET", "orders/AAPL/999/position", null, "orderId 999 is not an order of 'AAPL'" },

        // Alerts.
        { "POST", "alerts", """{"symbol":"AAPL","price":"150.001"}""",
            "price 150.001 is not a multiple of the tick size 0.01; nearest: 150.00, 150.01" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Rejection_of_a_call_names_value_rule_and_nearest_value(
        string method, string path, string? body, string detail)
    {
        var reply = await shared.Gateway.SendAsync(method, path, body, cancellationToken: Token);
        Assert.Equal(detail, reply["detail"]);
    }

    public static TheoryData<string, string, string> AdminCalls => new()
    {
        { "admin/accounts/ACC-1001/deposits", """{"key":"k","asset":"USD","amount":"99999999999999999999"}""",
            "amount 99999999999999999999 is outside the range 0.01 to 46116860184273879.04; nearest: 46116860184273879.04" },
        { "admin/accounts/ACC-1/deposits", """{"key":"k","asset":"USD","amount":"1"}""",
            "account 'ACC-1' is not an account: ACC- and a number from 1000, for example ACC-1001" },
        { "admin/accounts/ACC-1001/keys", """{"signing":"HMAC"}""",
            "signing 'HMAC' is not one of hmac, rsa, ed25519; did you mean 'hmac'?" },
        { "admin/accounts/ACC-1001/keys", """{"signing":"hmac","addresses":["localhost"]}""",
            "addresses 'localhost' is not an IP address such as 192.0.2.7, or a network such as 10.0.0.0/8" },
        { "admin/accounts/ACC-1001/limits", """{"symbol":"AAPL","maxOrderQuantity":"1.5"}""",
            "maxOrderQuantity 1.5 is not a multiple of the lot size 1; nearest: 1, 2" },
        { "admin/accounts/ACC-1001/limits", """{"symbol":"AAPL","maxOrdersPerSecond":2000000}""",
            "maxOrdersPerSecond 2000000 is outside the range 0 to 1000000; nearest: 1000000" },
        { "admin/symbols/AAPL/phase", """{"phase":"halted"}""",
            "phase 'halted' is not one of preOpen, opening, continuous, volatility, closing, halt, closed; did you mean 'halt'?" },
        { "admin/symbols/AAPL/phase", """{"phase":"halt","forSeconds":0}""",
            "forSeconds 0 is outside the range 1 to 604800; nearest: 1" },
        { "admin/symbols/AAPL/rules", """{"staticBand":20000}""",
            "staticBand 20000 is outside the range 0 to 9999; nearest: 9999" },
        { "admin/instruments", Listing.Replace("0.05", "0.0", StringComparison.Ordinal),
            "tickSize 0.0 is not a positive decimal number such as 0.01, with at most 18 decimals" },
        { "admin/instruments", Listing.Replace("0.05", "0.001", StringComparison.Ordinal),
            "tickSize 0.001 is not valid: tickSize times lotSize is not a whole number of USD minor units" },
        { "admin/instruments", Listing.Replace("}", ",\"minPrice\":\"0.12\"}", StringComparison.Ordinal),
            "minPrice 0.12 is not a multiple of the tick size 0.05; nearest: 0.10, 0.15" },
        { "admin/instruments", Listing.Replace("}", ",\"settlementDays\":3}", StringComparison.Ordinal),
            "settlementDays 3 is not valid: settlementDays are 0 to 2" },
        { "admin/instruments", Listing.Replace("\"symbol\":\"X\"", "\"symbol\":\"a\"", StringComparison.Ordinal),
            "symbol 'a' is not valid: symbol is 1 to 20 capital letters, digits, dots or dashes" },
        { "admin/instruments", Listing.Replace("\"symbol\":\"X\"", "\"symbol\":\"..\"", StringComparison.Ordinal),
            "symbol '..' is not valid: symbol cannot be . or .., which a path cannot name" },
        { "admin/accounts/ACC-1001/owner", """{"owner":"a/b"}""",
            "owner 'a/b' is not a name of at most 64 characters without slashes and without spaces at its ends, not . or .., or empty for none" },
        { "admin/accounts/ACC-1001/owner", """{"owner":".."}""",
            "owner '..' is not a name of at most 64 characters without slashes and without spaces at its ends, not . or .., or empty for none" },
        { "admin/instruments", Listing.Replace("\"quoteDecimals\":2", "\"quoteDecimals\":3", StringComparison.Ordinal),
            "quoteDecimals 3 is not the 2 decimals that USD already has" },
    };

    [Theory]
    [MemberData(nameof(AdminCalls))]
    public async Task Rejection_of_an_operators_call_names_value_rule_and_nearest_value(
        string path, string body, string detail)
    {
        var reply = await shared.Gateway.SendAsync("POST", path, body, "admin", Token);
        Assert.Equal(detail, reply["detail"]);
    }

    [Theory]
    [InlineData("instruments/AAPL", """{"long":{"tiers":[]}}""", "long",
        "A table has 1 to 20 tiers, the last without an end.")]
    [InlineData("instruments/AAPL", """{"long":{"tiers":[{"initialPpm":1}]}}""", "long",
        "Tier 1: the maintenancePpm 0 is outside the range 1 to 2000000; nearest: 1.")]
    [InlineData("instruments/AAPL", """{"long":{"tiers":[{"maintenancePpm":1}]},"borrowPpm":-1}""", "borrowPpm",
        "The borrowPpm -1 is outside the range 0 to 10000000; nearest: 0.")]
    [InlineData("instruments/AAPL", """{"long":{"tiers":[{"maintenancePpm":1}]},"spreadLimitPpm":0}""",
        "spreadLimitPpm", "The spreadLimitPpm 0 is outside the range 1 to 1000000; nearest: 1.")]
    [InlineData("instruments/AAPL", """{"long":{"tiers":[{"maintenancePpm":1}]},"group":"a"}""", "group",
        "A group's name is 1 to 20 capital letters, digits, points or hyphens.")]
    [InlineData("instruments/AAPL", """{"long":{"tiers":[{"maintenancePpm":1}]},"cheapBelow":"1.00"}""", "cheapBelow",
        "A table of cheap shares comes with the price below which they are cheap, and a table of short positions.")]
    [InlineData("currencies/USD", """{"loanPpm":-1}""", "loanPpm",
        "The loanPpm -1 is outside the range 0 to 10000000; nearest: 0.")]
    [InlineData("currencies/USD", """{"dayBasis":364}""", "dayBasis", "The dayBasis 364 is not one of 360, 365.")]
    [InlineData("currencies/USD", """{"targetPpm":1}""", "targetPpm",
        "The targetPpm 1 is outside the range 1000000 to 5000000; nearest: 1000000.")]
    public async Task Rejected_margin_terms_name_their_field(string path, string body, string field, string detail)
    {
        var reply = await shared.Gateway.SendAsync("POST", $"admin/margin/{path}", body, "admin", Token);
        Assert.Equal((400, field, detail), ((int)reply.Status, reply["field"], reply["detail"]));
    }

    [Fact]
    public async Task Used_client_order_id_is_named()
    {
        var used = Limit.Replace("}", ",\"clientOrderId\":\"once\"}", StringComparison.Ordinal);
        await shared.Gateway.SendAsync("POST", "orders", used, cancellationToken: Token);
        var reply = await shared.Gateway.SendAsync(
            "POST", "orders", used.Replace("\"quantity\":\"1\"", "\"quantity\":\"2\"", StringComparison.Ordinal),
            cancellationToken: Token);
        Assert.Equal(
            ("KeyConflict", "clientOrderId 'once' is already used; choose another one"), (reply.Code, reply["detail"]));
    }
}
