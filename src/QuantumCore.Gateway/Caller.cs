using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>Who makes a request: the holder of an API key, or a user who is signed in.</summary>
/// <param name="Name">As it goes on record.</param>
/// <param name="Account">The account it trades for; 0 for none.</param>
/// <param name="Role">What else it may do.</param>
/// <param name="IsDemo">Whether it is a demo's, for this machine alone.</param>
internal readonly record struct Caller(string Name, long Account, UserRole Role, bool IsDemo)
{
    /// <summary>The holder of a key.</summary>
    public static Caller Of(ApiKey key) =>
        new(key.Label, key.Account, key.IsAdmin ? UserRole.Administrator : UserRole.Customer, key.IsDemo);

    /// <summary>A user who is signed in.</summary>
    public static Caller Of(User user) => new(user.Name, user.Account, user.Role, user.IsDemo);

    /// <summary>Whether it may do what is for this role; an administrator may do everything.</summary>
    public bool May(UserRole role) => Role == role || Role == UserRole.Administrator;
}
