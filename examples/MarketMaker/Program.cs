// A market maker: dotnet run -c Release --project examples/MarketMaker -- http://127.0.0.1:8080 demo-alice AAPL
// It quotes both sides, leans against its inventory, and stops at Ctrl+C, with its orders taken in.
using QuantumCore.Client;
using QuantumCore.Examples.MarketMaker;

if (args is not [var address, var key, var symbol] || !Uri.TryCreate(address, UriKind.Absolute, out var exchange))
{
    Console.Error.WriteLine("MarketMaker ADDRESS KEY SYMBOL, such as http://127.0.0.1:8080 demo-alice AAPL");
    return 64;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

// Patience of a few seconds for each call; what lasts longer is the maker's own business.
using var client = new QuantumCoreClient(
    exchange, key, new QuantumCoreClientOptions { MaxAttempts = 4, AttemptTimeout = TimeSpan.FromSeconds(2) });
try
{
    var instruments = await client.Market.GetInstrumentsAsync(stop.Token);
    var instrument = instruments.FirstOrDefault(listed => listed.Symbol == symbol);
    if (instrument is null)
    {
        Console.Error.WriteLine($"{symbol} is not listed");
        return 1;
    }

    var terms = new Terms(
        Size: 10 * instrument.LotSize, Limit: 20 * instrument.LotSize, HalfSpread: 3 * instrument.TickSize,
        Skew: 4 * instrument.TickSize);
    await new Maker(client, instrument, terms, Console.Out).RunAsync(stop.Token);
    return 0;
}
catch (QuantumCoreException failure)
{
    Console.Error.WriteLine($"{failure.Code}: {failure.Message}");
    return 1;
}
