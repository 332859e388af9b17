namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Party behind a message: a hub's client, or the party that a hub delivers a message to. Header tags are in the order
/// CompID, SubID, LocationID.
/// </summary>
/// <param name="OnBehalfOf">OnBehalfOfCompID (115), OnBehalfOfSubID (116), OnBehalfOfLocationID (144).</param>
/// <param name="DeliverTo">DeliverToCompID (128), DeliverToSubID (129), DeliverToLocationID (145).</param>
internal readonly record struct FixRoute(FixParty OnBehalfOf, FixParty DeliverTo)
{
    /// <summary>Makes the return route of an answer: OnBehalfOf and DeliverTo of the message are swapped.</summary>
    public static FixRoute BackOf(FixMessage message) => new(
        new FixParty(Of(message, 128), Of(message, 129), Of(message, 145)),
        new FixParty(Of(message, 115), Of(message, 116), Of(message, 144)));

    /// <summary>Adds the tags that are set.</summary>
    public void Write(FixWriter to)
    {
        Write(to, 115, OnBehalfOf.CompId);
        Write(to, 116, OnBehalfOf.SubId);
        Write(to, 144, OnBehalfOf.LocationId);
        Write(to, 128, DeliverTo.CompId);
        Write(to, 129, DeliverTo.SubId);
        Write(to, 145, DeliverTo.LocationId);
    }

    private static string? Of(FixMessage message, int tag) => message[tag] is { Length: > 0 } text ? text : null;

    private static void Write(FixWriter to, int tag, string? text)
    {
        if (text is not null)
            to.Add(tag, text);
    }
}

/// <summary>A firm behind a hub, with its desk and location if given.</summary>
internal readonly record struct FixParty(string? CompId, string? SubId, string? LocationId);
