// A backtest. A simulated day in seconds, by its seed:
//   dotnet run -c Release --project examples/Backtest -- day 7
// The same strategy through a whole exchange, a demo started with --admin-port 8081, for so many seconds of the
// market's time:   dotnet run -c Release --project examples/Backtest -- exchange 7 300 http://127.0.0.1:8080
// http://127.0.0.1:8081 demo-alice AMZN
using System.Globalization;
using QuantumCore.Client;
using QuantumCore.Examples.Backtest;

const int DecisionsPerDay = 24 * 3_600;
const int StepsPerSecond = 10;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

switch (args)
{
    case ["day", var seed] when ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
        var day = await Run.OverAsync(
            new TimeTravel(number), StrategyFor("AMZN"), DecisionsPerDay, StepsPerSecond, stop.Token);
        Console.WriteLine(day.Report());
        return 0;
    case ["exchange", var seed, var seconds, var address, var admin, var key, var symbol]
        when int.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && Uri.TryCreate(address, UriKind.Absolute, out var exchange)
            && Uri.TryCreate(admin, UriKind.Absolute, out var port):
        return await ThroughExchangeAsync(number, count, exchange, port, key, symbol);
    default:
        Console.Error.WriteLine("Backtest day SEED, or Backtest exchange SEED SECONDS ADDRESS ADMIN KEY SYMBOL");
        return 64;
}

// A minute's average. It pays the spread and the fee each time, and both are more than it earns: see for yourself.
static Reversion StrategyFor(string symbol) => new(symbol, window: 60, entryBasisPoints: 6, size: 20);

async Task<int> ThroughExchangeAsync(int seed, int seconds, Uri exchange, Uri port, string key, string symbol)
{
    using var trader = new QuantumCoreClient(exchange, key);
    using var clock = new QuantumCoreClient(port);
    try
    {
        var instrument = (await trader.Market.GetInstrumentsAsync(stop.Token)).First(listed => listed.Symbol == symbol);
        var before = await trader.Account.GetAsync(stop.Token);
        var market = await SteppedExchange.BeginAsync(trader, clock, symbol, seed, stop.Token);
        var run = await Run.OverAsync(market, StrategyFor(symbol), seconds, StepsPerSecond, stop.Token);
        Console.WriteLine(run.Report());

        // The exchange's own books have the last word.
        var after = await trader.Account.GetAsync(stop.Token);
        decimal Moved(string asset) => TotalOf(after, asset) - TotalOf(before, asset);
        var agrees = Moved(instrument.BaseAsset) == run.Position && Moved(instrument.QuoteAsset) == run.Cash;
        Console.WriteLine(agrees
            ? "the account agrees"
            : $"the account says {Moved(instrument.BaseAsset)} and {Moved(instrument.QuoteAsset)}");
        return agrees ? 0 : 1;
    }
    catch (QuantumCoreException failure)
    {
        await Console.Error.WriteLineAsync($"{failure.Code}: {failure.Message}");
        return 1;
    }
}

static decimal TotalOf(AccountView account, string asset) =>
    account.Balances.FirstOrDefault(balance => balance.Asset == asset)?.Total ?? 0;
