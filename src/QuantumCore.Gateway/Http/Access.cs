namespace QuantumCore.Gateway.Http;

/// <summary>Callers who may make a call. An administrator has every role.</summary>
internal enum Access
{
    /// <summary>Anyone; the call itself checks what it must.</summary>
    Anyone,

    /// <summary>A user who is signed in; an API key does not do.</summary>
    Person,

    /// <summary>The holder of a key, or a user who is signed in.</summary>
    Caller,

    /// <summary>A caller with an account.</summary>
    Trader,

    /// <summary>A caller with any role but that of a customer.</summary>
    Staff,

    /// <summary>A caller with the role marketOperator.</summary>
    MarketOperator,

    /// <summary>A caller with the role risk.</summary>
    Risk,

    /// <summary>A caller with the role administrator.</summary>
    Administrator,
}
