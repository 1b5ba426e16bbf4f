/**
 * Runs in every test process before anything is loaded: keeps native libraries from sending data
 * and leaving files.
 */
import { setNativeEnvironment } from '../../src/util/native-environment';

setNativeEnvironment();
