/**
 * Models of the Hugging Face hub: {@link io.zoetrope.hub.Pull} fetches one, {@link
 * io.zoetrope.hub.HubCache} keeps them in the layout of {@code huggingface_hub}, so that Python
 * tools share the files. Nothing here knows what a model can do: whoever pulls hands in a {@link
 * io.zoetrope.hub.PullGate}.
 */
package io.zoetrope.hub;
