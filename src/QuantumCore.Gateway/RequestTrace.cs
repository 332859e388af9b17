namespace QuantumCore.Gateway;

/// <summary>The name of a request in answers and logs, which grains that it calls know too.</summary>
public static class RequestTrace
{
    /// <summary>Key in the context of grain calls. It is there while somebody logs what is less than a warning.</summary>
    public const string Key = "trace";

    /// <summary>Header of every answer of the API.</summary>
    public const string Header = "X-Trace-Id";
}
