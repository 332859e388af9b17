using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>admin list: lists an instrument.</summary>
internal static class ListingCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var tick = Grammar.Price("tick", "Tick size; prices have as many decimals");
        var lot = Grammar.Price("lot", "Lot size; quantities have as many decimals");
        var asset = new Option<string>("--base")
        {
            Description = "Base asset [default: the symbol]",
            HelpName = "asset",
        };
        var assetDecimals =
            Grammar.NumberOption("--base-decimals", "Decimals of the base asset's minor unit [default: 0]", 0, 18);
        var quote = new Option<string>("--quote") { Description = "Quote asset [default: USD]", HelpName = "asset" };
        var quoteDecimals =
            Grammar.NumberOption("--quote-decimals", "Decimals of the quote asset's minor unit [default: 2]", 0, 18);
        var command = new Command(
            "list",
            "List an instrument, or replace the fees, reference and limits of a listed one. "
            + "Options that you omit get their defaults.")
        {
            symbol, tick, lot, asset, assetDecimals, quote, quoteDecimals,
        };
        var terms = new ListingTerms(command);
        return app.Add(
            command,
            """
            qc admin list NVDA 0.01 1 --reference 130.00 --group TECH
            qc admin list ETH-USD 0.1 0.1 --base ETH --base-decimals 8 --reference 3000.0 --taker-ppm 500
            """,
            async (parse, session, cancellation) =>
            {
                var listed = await session.Operator().Trading.ListInstrumentAsync(
                    terms.Set(parse, new Instrument
                    {
                        Symbol = parse.GetValue(symbol)!,
                        BaseAsset = parse.GetValue(asset) ?? parse.GetValue(symbol)!,
                        BaseDecimals = parse.GetValue(assetDecimals) ?? 0,
                        QuoteAsset = parse.GetValue(quote) ?? "USD",
                        QuoteDecimals = parse.GetValue(quoteDecimals) ?? 2,
                        TickSize = parse.GetValue(tick),
                        LotSize = parse.GetValue(lot),
                    }),
                    cancellation);
                session.Screen.Show(listed, console => Tables.Instruments(console, [listed]));
            });
    }
}

/// <summary>Options for fees, reference, settlement and limits of an instrument.</summary>
internal sealed class ListingTerms
{
    private readonly Option<decimal?> _reference =
        Grammar.DecimalOption("--reference", "Reference price of market orders before the first trade");
    private readonly Option<int?> _protection = Grammar.NumberOption(
        "--protection-ppm", "Largest distance of a market order's price from the reference, in millionths", 0,
        1_000_000);
    private readonly Option<int?> _maker =
        Grammar.NumberOption("--maker-ppm", "Fee of the resting side, in millionths", 0, 1_000_000);
    private readonly Option<int?> _taker =
        Grammar.NumberOption("--taker-ppm", "Fee of the aggressive side, in millionths", 0, 1_000_000);
    private readonly Option<string> _group = new("--group")
    {
        Description = "Group of instruments that multi-leg orders combine; can't be changed later",
        HelpName = "group",
    };
    private readonly Option<int?> _days = Grammar.NumberOption(
        "--settlement-days", "Business days from a trade to its settlement; can't be changed later [default: 0]", 0,
        2);
    private readonly Option<string> _venue = new("--settlement-venue")
    {
        Description = "Settlement venue; can't be changed later [default: MAIN]",
        HelpName = "venue",
    };
    private readonly Option<decimal?> _minPrice =
        Grammar.DecimalOption("--min-price", "Lowest price of an order [default: one tick]");
    private readonly Option<decimal?> _maxPrice = Grammar.DecimalOption("--max-price", "Highest price of an order");
    private readonly Option<decimal?> _minQuantity =
        Grammar.DecimalOption("--min-quantity", "Smallest quantity of an order [default: one lot]");
    private readonly Option<decimal?> _maxQuantity =
        Grammar.DecimalOption("--max-quantity", "Largest quantity of an order");
    private readonly Option<decimal?> _minNotional =
        Grammar.DecimalOption("--min-notional", "Smallest price times quantity, in the quote asset");
    private readonly Option<decimal?> _maxNotional =
        Grammar.DecimalOption("--max-notional", "Largest price times quantity, in the quote asset");
    private readonly Option<int?> _levels =
        Grammar.NumberOption("--max-levels", "Maximum number of price levels of a side", 1, int.MaxValue);

    internal ListingTerms(Command command)
    {
        foreach (Option option in (Option[])[
            _reference, _protection, _maker, _taker, _group, _days, _venue,
            _minPrice, _maxPrice, _minQuantity, _maxQuantity, _minNotional, _maxNotional, _levels])
            command.Add(option);
    }

    internal Instrument Set(ParseResult parse, Instrument listed) => listed with
    {
        ReferencePrice = parse.GetValue(_reference),
        ProtectionPpm = parse.GetValue(_protection),
        MakerFeePpm = parse.GetValue(_maker) ?? 0,
        TakerFeePpm = parse.GetValue(_taker) ?? 0,
        Group = parse.GetValue(_group),
        SettlementDays = parse.GetValue(_days) ?? 0,
        SettlementVenue = parse.GetValue(_venue),
        MinPrice = parse.GetValue(_minPrice),
        MaxPrice = parse.GetValue(_maxPrice),
        MinQuantity = parse.GetValue(_minQuantity),
        MaxQuantity = parse.GetValue(_maxQuantity),
        MinNotional = parse.GetValue(_minNotional),
        MaxNotional = parse.GetValue(_maxNotional),
        MaxLevels = parse.GetValue(_levels),
    };
}
