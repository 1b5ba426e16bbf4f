/**
 * In every process of the tests, before anything is loaded: native libraries send and leave
 * nothing.
 */
import { setNativeEnvironment } from '../../src/util/native-environment';

setNativeEnvironment();
