using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Cluster;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for the placement of books on silos.</summary>
internal sealed class PlacementCalls(ReadBookPlaces places, IGrainFactory grains, Listings listings)
{
    /// <summary>GET /admin/pins: lists the pinned books.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator. <c>held</c> is true if the silo that holds the book (<c>at</c>)
    /// is one of the pin.
    /// </remarks>
    public Task<Result<Api.BookPins>> ShowAsync(HttpContext context) => PinsAsync(context);

    /// <summary>POST /admin/symbols/{symbol}/pin: pins a book to a silo.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>silo</c> is a name, a tag or a role, and its absence removes
    /// the pin. Returns all pins. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for a silo text that is none.
    /// </remarks>
    public async Task<Result<Api.BookPins>> SetAsync(HttpContext context, Caller officer, Api.PinBody text)
    {
        var symbol = Call.Path(context, "symbol");
        var refusal = WhyReading.Check(text.Why);
        if (refusal is null && await listings.FindAsync(symbol) is null)
            refusal = await listings.UnknownAsync(symbol);
        if (refusal is null
            && await grains.Catalog().SetPin(new(symbol, text.Silo ?? "", officer.Name, text.Why ?? "")) is { } reason)
            refusal = Refusal.Malformed("silo", FeesReading.Sentence(reason));
        return refusal is { } refused ? refused : await PinsAsync(context);
    }

    private async Task<Result<Api.BookPins>> PinsAsync(HttpContext context)
    {
        var pins = await grains.Catalog().Pins();
        var found = await places(pins, context.RequestAborted);
        var symbols = (await listings.AllAsync()).ToLookup(
            instrument => instrument.BookKey, instrument => instrument.Symbol, StringComparer.Ordinal);
        return new Api.BookPins([.. pins.Zip(found).Select(pinned => new Api.BookPin(
            [.. symbols[pinned.First.Book]],
            pinned.First.Silo,
            pinned.Second.IsMeant,
            pinned.Second.Silo,
            new(pinned.First.SinceNanos),
            pinned.First.By,
            pinned.First.Why))]);
    }
}
